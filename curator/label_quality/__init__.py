"""Which labels are likely wrong, which labels are confused, and which texts are like no other."""
