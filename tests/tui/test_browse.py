"""Stories of people who look through a set and change many records at once."""

from __future__ import annotations

from curator.tui.dialogs.asking import ConfirmDialog
from curator.tui.dialogs.picking import PickDialog
from curator.tui.screens.browse import BrowseScreen
from curator.tui.widgets.filter_bar import completion, split_last
from curator.tui.widgets.record_grid import RecordGrid

from tests.tui.driving import drive, press, shown


def statuses(project) -> list[str]:
    return [record.status for record in project.records()]


def test_several_records_are_decided_in_one_step_after_a_look(tickets):
    async def story(app, pilot):
        await press(pilot, "space", "down", "space", "x")
        assert isinstance(app.screen, ConfirmDialog)
        assert "I want my money back" in str(app.screen.query_one("#details").render())
        assert set(statuses(tickets)) == {"new"}
        await press(pilot, "y")
        assert statuses(tickets) == ["rejected", "new", "rejected", "new", "new", "new"]
        assert "2 records changed" in shown(app, "#problem")
        await press(pilot, "u")
        assert set(statuses(tickets)) == {"new"}

    drive(tickets, story)


def test_all_that_a_filter_fits_are_put_under_a_label(tickets):
    async def story(app, pilot):
        await press(pilot, "slash", *"label:praise", "enter", "asterisk", "m", *"ref", "enter", "y")
        assert tickets.ids("label:refund") == [3, 4, 5, 6]
        assert tickets.log(1)[0].count == 2

    drive(tickets, story)


def test_no_is_no(tickets):
    async def story(app, pilot):
        await press(pilot, "asterisk", "delete", "n")
        assert isinstance(app.screen, BrowseScreen)
        assert len(tickets.ids("")) == 6

    drive(tickets, story)


def test_tags_are_put_on_and_taken_off(tickets):
    async def story(app, pilot):
        await press(pilot, "t", *"[/b]", "enter")
        assert tickets.record(1).tags == ("[/b]",)
        await press(pilot, "b")
        assert isinstance(app.screen, PickDialog)
        await press(pilot, *"tagoff", "enter", "enter")
        assert tickets.record(1).tags == ()

    drive(tickets, story)


def test_find_and_replace_shows_what_it_will_do_first(tickets):
    async def story(app, pilot):
        await press(pilot, "asterisk", "R", *"parcel", "enter", *"box")
        assert "2 records would change" in shown(app, "#preview")
        assert "[-parcel-]{+box+}" in shown(app, "#preview")
        assert tickets.record(1).fields["text"] == "Where is my parcel?"
        await press(pilot, "enter")
        assert tickets.record(1).fields["text"] == "Where is my box?"
        await press(pilot, "u")
        assert tickets.record(2).fields["text"] == "The parcel never came."

    drive(tickets, story)


def test_an_expression_that_cannot_be_read_is_said_to_be(tickets):
    async def story(app, pilot):
        await press(pilot, "R", "(")
        app.screen.query_one("#regex").value = True
        await press(pilot)
        assert "no regular expression" in shown(app, "#preview")

    drive(tickets, story)


def test_the_list_is_sorted_and_the_cursor_stays_on_its_record(tickets):
    async def story(app, pilot):
        await press(pilot, "down", "s", *"long", "enter")
        assert "longest first" in shown(app, "#problem")
        assert app.screen.query_one(RecordGrid).record_id == 2

    drive(tickets, story)


def test_filters_are_saved_under_a_name_and_found_again(tickets):
    async def first(app, pilot):
        await press(pilot, "slash", *"label:refund", "ctrl+s", *"money", "enter")

    async def second(app, pilot):
        await press(pilot, "F", "enter")
        assert "2 records" in shown(app, "#problem")

    drive(tickets, first)
    drive(tickets, second)
    assert tickets.root.joinpath("curator.toml").read_text().count('money = "label:refund"') == 1


def test_the_history_of_a_record_shows_who_changed_what(tickets):
    tickets.editor.set_fields([1], {"text": "Where is my [/i] parcel?"})

    async def story(app, pilot):
        await press(pilot, "h")
        told = "".join(str(part.render()) for part in app.screen.query("Static"))
        assert "{+[/i] +}" in told
        await press(pilot, "escape")
        assert isinstance(app.screen, BrowseScreen)

    drive(tickets, story)


def test_a_finding_is_suppressed_only_with_a_reason(make_project):
    project = make_project([{"text": "Write to ann@example.com", "label": "a"}], labels=["a"])
    project.check(quick=True)

    async def story(app, pilot):
        await press(pilot, "b", *"fault", "enter", *"personal", "enter", "enter")
        assert "A reason is needed." in shown(app, "#refusal")
        await press(pilot, *"our own", "enter")
        assert project.suppressed(1) == {"personal-data": "our own"}

    drive(project, story)


def test_words_of_a_query_are_completed():
    values = {"status": ["new", "rejected"], "label": ["two words", "none"]}

    def known(key: str) -> list[str]:
        return values.get(key, [])

    assert completion("stat", known) == "status:"
    assert completion("-lab", known) == "-label:"
    assert completion("status:re", known) == "status:rejected"
    assert completion("status:new,re", known) == "status:new,rejected"
    assert completion("label:tw", known) == 'label:"two words"'
    assert completion('label:"tw', known) == 'label:"two words"'
    assert completion("le", known) == "len>"
    assert completion("parcel", known) is None
    assert split_last('a label:"two w') == ("a ", 'label:"two w')


def test_every_page_is_reached_by_its_key_and_from_the_palette(tickets):
    async def story(app, pilot):
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Checks", "Label", "Accept", "Projects"} <= set(titles)
        await press(pilot, "f4")
        assert app.screen.NAME == "checks"
        await press(pilot, "f3")
        assert app.screen.NAME == "label"
        await press(pilot, "f2")
        assert app.screen.NAME == "records"
        await press(pilot, "question_mark")
        assert app.screen.is_modal
        await press(pilot, "escape")

    drive(tickets, story)


def test_a_letter_jumps_to_a_part_of_the_page(tickets):
    async def story(app, pilot):
        await press(pilot, "f9", "a")
        assert app.focused is app.screen.query_one("#filter")

    drive(tickets, story)
