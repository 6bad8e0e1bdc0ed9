// SPDX-License-Identifier: GPL-2.0-only
//! What `check` says agrees with what clang and the linker say.

use std::fs;
use std::path::PathBuf;

use super::check::{Checker, Kind, Report};

/// A folder with these files, and a tree of Linux that has one header.
fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("xtask-{}-check-{test}", std::process::id()));
    let header = folder.join("linux/include/linux/thing.h");
    fs::create_dir_all(header.parent().unwrap()).unwrap();
    fs::write(header, "#include <linux/types.h>\nint thing_get(int which);\n#define THING_MAX 3\n").unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Checks the first of these files.
fn check(test: &str, files: &[(&str, &str)]) -> Report {
    let folder = folder(test, files);
    let checker =
        Checker::new(&format!("test-{}-{test}", std::process::id()), &folder.join("linux")).unwrap();
    let report = checker.check(&folder.join(files[0].0).display().to_string()).unwrap();
    drop(checker);
    fs::remove_dir_all(folder).unwrap();
    report
}

/// Kinds, names and families of what is missing.
fn missing(report: &Report) -> Vec<(Kind, &str, &str)> {
    report.missing.iter().map(|m| (m.kind, m.name.as_str(), m.family.as_str())).collect()
}

#[test]
fn what_is_whole_would_link() {
    let text = "#include <linux/types.h>\n#include \"own.h\"\nu32 answer(u32 x)\n{\n\treturn x + OWN;\n}\n";
    let report = check("whole", &[("whole.c", text), ("own.h", "#define OWN 2\n")]);
    assert!(report.links, "{report:?}");
    assert!(report.missing.is_empty() && report.errors.is_empty());
}

#[test]
fn a_missing_header_is_named_with_what_it_would_declare() {
    let text = "#include <linux/thing.h>\n#include <linux/types.h>\nu32 answer(void)\n{\n\treturn thing_get(THING_MAX);\n}\n";
    let report = check("header", &[("header.c", text)]);
    assert!(!report.links);
    let expected = [
        (Kind::Header, "linux/thing.h", "thing"),
        (Kind::Function, "thing_get", "thing"),
        (Kind::Name, "THING_MAX", "thing"),
    ];
    assert_eq!(missing(&report), expected);
    assert_eq!(report.missing[1].header.as_deref(), Some("linux/thing.h"));
}

#[test]
fn what_only_the_linker_misses_is_named() {
    let text =
        "int thing_get(int which);\nint nobody;\nint answer(void)\n{\n\treturn thing_get(nobody);\n}\n";
    let report = check("linker", &[("linker.c", text)]);
    assert!(!report.links);
    assert_eq!(missing(&report), [(Kind::Definition, "thing_get", "thing")]);
}

#[test]
fn mistakes_are_passed_on() {
    let report = check("mistake", &[("mistake.c", "int answer(void)\n{\n\treturn 1 +;\n}\n")]);
    assert!(!report.links);
    assert!(report.errors.iter().any(|error| error.contains("mistake.c:3")), "{:?}", report.errors);
}

#[test]
fn no_file_is_too_odd() {
    let odd = [
        ("empty.c", ""),
        ("loop.c", "#include \"loop.c\"\n"),
        ("binary.c", "\u{0}\u{1}\u{fffd}(((\n"),
        ("outside.c", "#include \"../../../../../../../../../../nowhere.h\"\n"),
        ("endless.c", "/*"),
        ("macro.c", "#define A(\n#include A(\n"),
        ("name.c", "#include <>\n#include \"\"\n"),
    ];
    for (name, text) in odd {
        let report = check(&format!("odd-{name}"), &[(name, text)]);
        assert_eq!(report.links, name == "empty.c", "{report:?}");
        assert!(report.links || !report.errors.is_empty() || !report.missing.is_empty(), "{report:?}");
    }
}
