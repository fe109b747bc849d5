"""The map from the checklist to the tests: what is found, and what is complained about."""

import contextlib
import io
import pathlib
import re
import tempfile
import unittest

import checklist

MARK = "covers:"  # kept apart, so that this file claims nothing itself


class Mapping(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("tests/checklist.txt", "# head\nS01 main one\nS02 main two\nS03 later three\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_it(self, *arguments):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = checklist.main(["--root", str(self.root), *arguments])
        return code, output.getvalue()

    def test_each_kind_of_test_is_named(self):
        self.write("tests/a/a_test.cpp", f"// {MARK} S01\n// why\nTEST_F(Suite,\n       Case) {{\n")
        self.write("tests/system/test_b.py",
                   f"class B(T):\n    # {MARK} S01, S02\n    def test_it(self):\n")
        self.write("plugins/x/tests/x.mjs", f"// {MARK} S02\ntest('shows it', () => {{}});\n")
        self.write("tests/c.sh", f"# {MARK} S03\ncheck_it() {{\n")
        code, text = self.run_it()
        self.assertEqual(code, 0)
        for name in ("a_test.cpp  Suite.Case", "test_b.py  B.test_it", "x.mjs  shows it",
                     "c.sh  check_it", "2 of 2"):
            self.assertIn(name, text)
        self.assertEqual(self.run_it("--check"), (0, ""))

    def test_what_check_complains_about(self):
        self.write("tests/a_test.cpp", f"// {MARK} S01 S77\nTEST(A, B) {{\n// {MARK} S02\nint x;\n")
        code, text = self.run_it("--check")
        self.assertEqual(code, 1)
        self.assertEqual(text.splitlines(), [
            "tests/a_test.cpp:3: covers: with no test below it",
            "tests/a_test.cpp:1: S77 is not in the checklist",
            "S02 has no test: two"])

    def test_the_shipped_list_is_whole(self):
        lines = checklist.load_checklist(checklist.ROOT / "tests" / "checklist.txt")
        numbers = [int(n[1:]) for n in lines if re.fullmatch(r"S\d+", n)]
        self.assertEqual(numbers, list(range(1, 103)))
        main = [n for n, (owner, _) in lines.items() if owner == "main"]
        self.assertEqual(len(main), 88 + 36, "lines of the specification, faults")


if __name__ == "__main__":
    unittest.main()
