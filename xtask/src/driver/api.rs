// SPDX-License-Identifier: GPL-2.0-only
//! What our own headers declare without defining it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::text;

/// The functions and variables of which the headers in a folder have prototypes.
pub fn prototypes(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(prototypes(&path));
        } else if let Ok(header) = fs::read_to_string(&path) {
            found.extend(declared(&text::without_comments(&header)));
        }
    }
    found
}

/// The prototypes in the text of a header.
fn declared(header: &str) -> BTreeSet<String> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = BTreeSet::new();
    let mut depth = 0i32;
    let mut statement = String::new();
    let mut continued = false;
    for line in header.lines() {
        // Macros are not declarations, nor is what follows their first line.
        let skip = continued || line.trim_start().starts_with('#');
        continued = skip && line.ends_with('\\');
        if skip {
            continue;
        }
        for letter in line.chars().chain(['\n']) {
            match letter {
                '{' => depth += 1,
                '}' => {
                    depth -= 1;
                    if depth <= 0 {
                        statement.clear();
                    }
                }
                ';' if depth <= 0 => {
                    let start = statement.trim_start();
                    let plain = !["typedef", "static", "struct {", "enum {"]
                        .iter()
                        .any(|word| start.starts_with(word));
                    if let Some((before, _)) = start.split_once('(').filter(|_| plain) {
                        let name = before.trim_end().rsplit(|letter| !is_name(letter)).next().unwrap_or("");
                        found.insert(name.to_owned());
                    } else if start.starts_with("extern ") {
                        let name = start.split('[').next().unwrap_or("").trim_end();
                        found.insert(name.rsplit(|letter| !is_name(letter)).next().unwrap_or("").to_owned());
                    }
                    statement.clear();
                }
                _ if depth <= 0 => statement.push(letter),
                _ => {}
            }
        }
    }
    // A pointer to a function has no name of its own before its arguments.
    for word in ["", "void", "int", "char", "long", "bool", "unsigned", "enum", "struct"] {
        found.remove(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prototypes_are_told_from_definitions() {
        let header = "\
struct a;
int f(struct a *a,
      int b);
static inline int g(void)
{
\treturn f(0, 1);
}
#define h(x) \\
\tdo { i(x); } while (0)
struct k { int (*call)(void); };
extern void (*hook)(void);
extern struct k table[];
typedef int (*fn_t)(void);
struct a * __must_check j(void) __printf(1, 2);
";
        let found: Vec<_> = declared(header).into_iter().collect();
        assert_eq!(found, ["f", "j", "table"]);
    }
}
