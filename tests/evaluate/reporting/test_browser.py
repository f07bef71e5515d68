"""The page in a real browser, where there is one."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from curator.evaluate.reporting import page
from tests.evaluations import HOSTILE, MADE, full, sample

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = pytest.mark.skipif(not BROWSER, reason="there is no Chromium here")


def opened(path: Path, text: str) -> tuple[str, str]:
    """The document after its script has run, and what the browser said on its console."""
    path.write_text(text, encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        f"--user-data-dir={path}.d",
    ]
    command = [BROWSER, *options, "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(said)


@pytest.mark.parametrize("text", ["some text", HOSTILE])
def test_the_page_works_and_says_nothing_on_the_console(tmp_path, text):
    dom, said = opened(tmp_path / "report.html", page.render(*full(text), MADE))
    assert said == ""
    assert "20 of 20 rows" in dom
    assert '<button type="button">tuned said</button>' in dom


def driven(path: Path, text: str, script: str) -> str:
    """What a script says that the page's policy lets in: it sets the title."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = text.replace("script-src ", f"script-src 'sha256-{digest}' ")
    dom, said = opened(path, allowed.replace("</body>", f"<script>{script}</script></body>"))
    assert said == ""
    title = re.search("<title>(.*?)</title>", dom)
    assert title is not None
    return title[1]


SHOWN = "[...document.querySelectorAll('#explorer tbody tr:not([hidden])')].map(r => r.cells[0].textContent)"


def test_rows_are_sorted_by_a_click_on_their_head(tmp_path):
    text = page.render(*sample(), MADE)
    script = f"""
      const heads = document.querySelectorAll('#explorer th button');
      heads[0].click(); const up = {SHOWN}.slice(0, 3); heads[0].click(); const down = {SHOWN}.slice(0, 3);
      heads[6].click(); document.title = [...up, ...down, {SHOWN}[0], heads[6].parentNode.ariaSort].join();
    """
    assert driven(tmp_path / "report.html", text, script) == "0,1,2,19,18,17,19,descending"


def test_rows_are_filtered_by_their_turn_and_their_text(tmp_path):
    text = page.render(*sample(), MADE)
    script = f"""
      document.querySelector('input[value=worse]').click(); const worse = {SHOWN};
      document.getElementById('filter').value = 'TEXT 1';
      document.querySelector('input[value=""]').click();
      document.title = worse + ';' + document.getElementById('counted').textContent;
    """
    assert driven(tmp_path / "report.html", text, script) == "3;11 of 20 rows"


def test_more_than_a_hundred_rows_are_laid_out_bit_by_bit(tmp_path):
    rows = [f'<tr data-turn="same"><td>{n}</td></tr>' for n in range(250)]
    text = page.render(*sample(), MADE)
    body = text.split('id="explorer"')[1].split("<tbody", 1)[1].split("</tbody>", 1)[0]
    text = text.replace(body, ">" + "".join(rows))
    script = """
      const seen = () => [...document.querySelectorAll('#explorer tbody tr')].filter(r => r.offsetParent).length;
      const more = document.getElementById('more'); const first = seen(); more.click(); const second = seen();
      more.click(); document.title = [first, second, seen(), more.hidden].join();
    """
    assert driven(tmp_path / "report.html", text, script) == "100,200,250,true"


def test_colours_turn_at_a_click(tmp_path):
    script = """
      const button = document.getElementById('theme'); const before = getComputedStyle(document.body).backgroundColor;
      const named = button.textContent; button.click();
      document.title = [named !== button.textContent, before !== getComputedStyle(document.body).backgroundColor];
    """
    assert driven(tmp_path / "report.html", page.render(*sample(), MADE), script) == "true,true"


def test_a_script_that_does_not_belong_is_stopped_and_seen(tmp_path):
    text = page.render(*sample(), MADE)
    intruder = "<script>document.title = 'taken over'</script></body>"
    dom, said = opened(tmp_path / "report.html", text.replace("</body>", intruder))
    assert "<title>taken over" not in dom
    assert "Content Security Policy" in said


def test_a_picture_from_elsewhere_is_not_asked_for(tmp_path):
    text = page.render(*sample(), MADE).replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>')
    _, said = opened(tmp_path / "report.html", text)
    assert "Content Security Policy" in said
