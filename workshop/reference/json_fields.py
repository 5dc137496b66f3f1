"""What the fields of each JSON output mean, by their path: `files[].path` is a field of each item of `files`."""

from __future__ import annotations

Fields = dict[str, str]

ERROR: Fields = {
    "error": "The message, as on standard error.",
    "exit_code": "The [exit code](exit-codes.md).",
}

NEW: Fields = {
    "folder": "Folder of the service.",
    "template.url": "Address of the template, as the service records it.",
    "template.version": "Version of the template.",
    "git": "Whether the command made a git repository with one commit.",
    "answers": "Every answer by the name of its question.",
    "derived[]": "The [derived values](derived.md): `name`, `value` with its unit, `pattern` and `reason`.",
    "files[].path": "Path of a file below the folder.",
    "files[].bytes": "Its size.",
    "files[].executable": "Whether it is executable.",
    "replaced[]": "Files that existed and were replaced (`--force`).",
    "next[]": "Commands to run next.",
    "dry_run": "Whether nothing was written (`--dry-run`).",
}

_CHANGE = (
    "`id`, `version`, `pattern` (or `none`), `title`, `why`, `check`, `files`, `where` (for which "
    "answers), `declined` (which platform, and why), and `brought` (which layers below)"
)

STATUS: Fields = {
    "folder": "The folder, as you gave it.",
    "version": "Version of the template that made the service.",
    "newest": "Newest version of the template.",
    "behind": "Whether there is a newer version.",
    "releases[]": "Releases between the two versions, and the newest one.",
    "lacks[]": f"Changes that the service lacks: {_CHANGE}.",
    "brought": "Of a platform's template: the version that has each change of its base, by the change's `id`.",
    "state": "What is not finished, such as an uncommitted update. Empty if nothing is.",
    "conflicts[]": "Paths with conflicts that are not resolved.",
    "edited[]": "Answers that were edited by hand, and that no update has applied yet.",
}

UPDATE: Fields = {
    "folder": "The folder, as you gave it.",
    "from, to": "Versions of the template before and after.",
    "applied": "Whether files were written.",
    "commit": "Id of the commit (`--commit`), or null.",
    "changes[]": f"What the template changed: {_CHANGE}.",
    "files[]": "Files that change: `path`, `was` (the path before, if it is renamed), and the number of lines `added` "
    "and `deleted`.",
    "conflicts[]": "`path`, `kind`, `message` of git, and `changes`: ids of the changes that caused it.",
    "rejects[]": "The `.rej` files of `--conflict reject`.",
    "drivers": "Merge drivers that a dry run did not start, by path.",
    "answers": "Every answer after the update.",
    "changed_answers[]": "Answers that change, with the value before and after, and the reason.",
    "edited_by_hand[]": "Answers that were edited in `.copier-answers.yml`, and are applied now.",
    "next[]": "Commands to run next.",
}

ABORT: Fields = {
    "folder": "The folder, as you gave it.",
    "aborted": "The update that was undone.",
    "files[]": "Files that were restored.",
}

CHECK: Fields = {
    "findings[].rule": "Id of the rule; its first part is the [pattern](patterns.md).",
    "findings[].severity": "`error` or `warning`.",
    "findings[].kind": "`contradiction`, `fault` or `hygiene` (good practice that is missing).",
    "findings[].path, line, column, end_line, end_column": "Where the value is. Lines and columns start at 1.",
    "findings[].object, container": "What the finding is about.",
    "findings[].field": "Path of the value in its object.",
    "findings[].message": "What is wrong.",
    "findings[].also[]": "Places that contradict the value.",
    "findings[].scopes[]": "Overlays in which the finding appears.",
    "findings[].unnamed": "Number of further places and overlays that are not listed.",
    "findings[].fingerprint": "Identifies the finding across commits, even if its line moves.",
    "findings[].url": "Address of the rule's page. It is null as long as the documentation has no public address: "
    "`scaffold docs ID` shows the page.",
    "notes[]": "What could not be checked, and unused ignore comments.",
    "suppressed[]": "Suppressed findings, with `by` (a comment, the baseline or git) and `reason`.",
    "totals": "Number of findings, notes and suppressed findings.",
    "files": "Number of files that were read.",
    "judged": "Number of objects, Dockerfiles and configurations that the rules checked.",
}

RULES: Fields = {
    "id, pattern": "The rule, and its pattern.",
    "severity, kind": "As in a finding.",
    "profile": "The smallest profile that has the rule.",
    "title, why, do": "What the rule finds, why that matters, and what to do.",
    "fixable": "Whether `--fix` can correct a finding.",
    "url": "As in a finding.",
}

SARIF: Fields = {
    "runs[].tool.driver.rules[]": "Rules that ran. `properties` has `kind` and `profile`.",
    "runs[].invocations[].toolExecutionNotifications[]": "What `notes` has in JSON.",
    "runs[].results[].ruleId, level, message": "Rule, severity and text of a finding.",
    "runs[].results[].locations[]": "Where the value is. `logicalLocations` names the object and the field.",
    "runs[].results[].relatedLocations[]": "Places that contradict the value.",
    "runs[].results[].partialFingerprints": "As `fingerprint` in JSON.",
}

PROVE: Fields = {
    "service, image, platform": "What was tested: name, image, container runtime and cluster.",
    "when": "Start of the run, as ISO 8601.",
    "passed, failed, skipped": "Number of experiments by verdict.",
    "phases[].name, seconds": "Where the time went.",
    "experiments[].id, pattern, stage, question, expected": "The [experiment](experiments.md).",
    "experiments[].verdict": "`pass`, `fail` or `skip`.",
    "experiments[].reason": "Why it failed or was skipped.",
    "experiments[].began, seconds": "Start after the first experiment, and duration.",
    "experiments[].measured[]": "`name`, `value` and `unit` of each measurement.",
    "experiments[].advice[]": "What to improve, although the experiment passed.",
    "experiments[].charts[]": "Curves of the HTML report: `title`, `unit`, `series`, `kind`, `marks`, `limit`.",
}

PIN: Fields = {
    "images": "Digest by image.",
    "changes[].path, line": "Where an image is named.",
    "changes[].before, after": "The image reference before and after.",
}
