// SPDX-License-Identifier: GPL-2.0-only
//! Reads what clang and the linker say, to tell what is missing.

use std::collections::BTreeSet;

/// Something that keeps a source from compiling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// A function, or a macro that is used like one, that no header declares.
    Function(String),
    /// A constant, variable or macro that no header declares.
    Name(String),
    /// A type that is not there, or of which only the name is: `u8` or `struct x`.
    Type(String),
    /// A field that a struct lacks: `struct x.field`.
    Field(String),
    /// Anything else, as clang puts it.
    Other(String),
}

/// The header that a fatal error is about, with the file that includes it.
pub fn missing_header(said: &str) -> Option<(String, String)> {
    let line = said.lines().find(|line| line.contains("fatal error:") && line.ends_with("file not found"))?;
    let (place, message) = line.split_once(": fatal error: '")?;
    let header = message.strip_suffix("' file not found")?;
    let file = place.rsplitn(3, ':').nth(2)?;
    Some((file.to_owned(), header.to_owned()))
}

/// All that clang says is wrong. `text` is the source's text and `source` its path; `shown` makes paths
/// short.
pub fn read(said: &str, text: &str, source: &str, shown: impl Fn(&str) -> String) -> BTreeSet<Wrong> {
    let mut found = BTreeSet::new();
    let mut others = BTreeSet::new();
    let lines: Vec<&str> = text.lines().collect();
    for line in said.lines() {
        let split = line.split_once(": error: ").or_else(|| line.split_once(": fatal error: "));
        let Some((place, message)) = split else { continue };
        match wrong(message) {
            Some(wrong) => {
                found.insert(wrong);
            }
            None => {
                let at = word_at(&lines, place, source).filter(|_| is_cascade(message));
                match at {
                    Some(word) => _ = found.insert(Wrong::Name(word)),
                    None => _ = others.insert(Wrong::Other(format!("{}: {message}", shown(place)))),
                }
            }
        }
    }
    // One missing name makes many odd messages: they say something only where nothing else does.
    if found.is_empty() {
        found = others;
    }
    let functions: BTreeSet<String> = found
        .iter()
        .filter_map(|wrong| if let Wrong::Function(name) = wrong { Some(name.clone()) } else { None })
        .collect();
    found.retain(|wrong| !matches!(wrong, Wrong::Name(name) if functions.contains(name)));
    found
}

/// Types that are always there: an array of them lacks a length, which another message is about.
const BUILT_IN: [&str; 7] = ["void", "char", "short", "int", "long", "unsigned int", "unsigned char"];

/// What a message is about.
fn wrong(message: &str) -> Option<Wrong> {
    let quoted = |index: usize| message.split('\'').nth(2 * index + 1).map(str::to_owned);
    let name = quoted(0)?;
    let bare = |name: String| name.trim_start_matches("const ").trim_end_matches([' ', '*']).to_owned();
    if message.starts_with("call to undeclared") {
        Some(Wrong::Function(name))
    } else if message.starts_with("use of undeclared identifier") {
        Some(Wrong::Name(name))
    } else if message.starts_with("unknown type name") {
        Some(Wrong::Type(name))
    } else if message.starts_with("no member named") || message.starts_with("field designator") {
        let of = quoted(1).filter(|of| !of.contains("(unnamed") && !of.contains("(anonymous"))?;
        Some(Wrong::Field(format!("{}.{name}", bare(of))))
    } else if message.contains("incomplete") && message.contains("type '") {
        let (_, rest) = message.split_once("type '")?;
        let name = rest.split('\'').next()?.to_owned();
        // `struct x[]` and `struct x *` are about `struct x`.
        Some(Wrong::Type(bare(name.split('[').next().unwrap_or("").to_owned())))
            .filter(|_| !BUILT_IN.contains(&bare(name.split('[').next().unwrap_or("").to_owned()).as_str()))
    } else {
        None
    }
}

/// Whether a message comes of a macro that is not there, rather than of itself.
fn is_cascade(message: &str) -> bool {
    [
        "type specifier missing",
        "expected parameter declarator",
        "expected function body",
        "expected ';' after top level",
    ]
    .iter()
    .any(|start| message.starts_with(start))
}

/// The word of the source at which a message points, if it can be a macro's name.
fn word_at(lines: &[&str], place: &str, source: &str) -> Option<String> {
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    if !parts.next()?.ends_with(source) {
        return None;
    }
    // Behind the name of a macro at the left edge, or at its start.
    let text = lines.get(line.checked_sub(1)?)?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let before = text.get(..column.checked_sub(1)?)?;
    let start = before.trim_end_matches(|letter| is_name(letter) || letter == '(').len();
    let word = text.get(start..)?.split(|letter| !is_name(letter)).next()?;
    (word.len() > 2 && word.contains('_')).then(|| word.to_owned())
}

/// The names that the linker does not find.
pub fn undefined(said: &str) -> BTreeSet<String> {
    let name = |line: &str| line.split_once("undefined symbol: ").map(|(_, name)| name.trim().to_owned());
    said.lines().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(said: &str) -> Vec<Wrong> {
        let text = "int a;\nMODULE_THING(of, x);\n";
        read(said, text, "d/x.c", |place| place.replace("build/", "")).into_iter().collect()
    }

    #[test]
    fn headers() {
        let said = "In file included from x.c:1:\n/t/x.c:1:10: fatal error: 'linux/a.h' file not found\n1 error generated.\n";
        assert_eq!(missing_header(said), Some(("/t/x.c".into(), "linux/a.h".into())));
        assert_eq!(missing_header("x.c:1:1: error: x"), None);
    }

    #[test]
    fn names_types_and_fields() {
        let said = "\
build/d/x.c:5:2: error: call to undeclared function 'f'; ISO C99 and later do not support [-Werror]
build/d/x.c:6:2: error: use of undeclared identifier 'f'
build/d/x.c:6:2: error: use of undeclared identifier 'A_B'
build/d/x.c:7:2: error: unknown type name 'u128'
build/d/x.c:8:2: error: variable has incomplete type 'struct s'
build/d/x.c:8:2: error: incomplete definition of type 'const struct t'
build/d/x.c:8:2: error: tentative array definition has incomplete type 'struct v[]'
build/d/x.c:9:2: error: no member named 'm' in 'struct u'
build/d/x.c:9:2: error: field designator 'n' does not refer to any field in type 'const struct u'
build/d/x.c:9:2: error: something odd
";
        let expected = [
            Wrong::Function("f".into()),
            Wrong::Name("A_B".into()),
            Wrong::Type("struct s".into()),
            Wrong::Type("struct t".into()),
            Wrong::Type("struct v".into()),
            Wrong::Type("u128".into()),
            Wrong::Field("struct u.m".into()),
            Wrong::Field("struct u.n".into()),
        ];
        assert_eq!(of(said), expected);
    }

    #[test]
    fn a_macro_that_is_not_there_is_named() {
        let said = "build/d/x.c:2:1: error: type specifier missing, defaults to 'int'; ISO C99\n\
                    build/d/x.c:2:14: error: expected parameter declarator\n";
        assert_eq!(of(said), [Wrong::Name("MODULE_THING".into())]);
    }

    #[test]
    fn what_is_not_understood_is_passed_on() {
        let said = "build/d/x.c:1:5: error: something odd\n";
        assert_eq!(of(said), [Wrong::Other("d/x.c:1:5: something odd".into())]);
    }

    #[test]
    fn names_that_the_linker_lacks() {
        let said = "ld.lld: error: undefined symbol: clk_get\n>>> referenced by x.c\n";
        assert_eq!(undefined(said), ["clk_get".to_owned()].into());
    }
}
