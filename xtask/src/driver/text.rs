// SPDX-License-Identifier: GPL-2.0-only
//! What the text of a C file tells without a compiler: what it includes, defines, calls and serves.

use std::collections::BTreeSet;

/// The files that a source includes by a path of its own.
pub fn quoted_includes(text: &str) -> Vec<String> {
    let path = |line: &str| {
        let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?;
        rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned)
    };
    text.lines().filter_map(path).collect()
}

/// The files that a source includes in angle brackets.
pub fn angled_includes(text: &str) -> Vec<String> {
    let path = |line: &str| {
        let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?;
        rest.trim_start().strip_prefix('<')?.split('>').next().map(str::to_owned)
    };
    text.lines().filter_map(path).collect()
}

/// Every word of a text that C could have for a name.
pub fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_'))
        .collect()
}

/// The words, and those of the macros in a header that they name.
pub fn with_macros<'a>(mut words: BTreeSet<&'a str>, header: &'a str) -> BTreeSet<&'a str> {
    let mut bodies = Vec::new();
    let mut rest = header;
    while let Some((_, macro_)) = rest.split_once("#define") {
        let mut end = macro_.find('\n').unwrap_or(macro_.len());
        while end < macro_.len() && macro_[..end].ends_with('\\') {
            let next = &macro_[end + 1..];
            end += 1 + next.find('\n').unwrap_or(next.len());
        }
        let text = macro_[..end].trim_start();
        let name = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
        bodies.push((name.unwrap_or(""), text));
        rest = &macro_[end..];
    }
    loop {
        let before = words.len();
        for (_, body) in &bodies.extract_if(.., |(name, _)| words.contains(*name)).collect::<Vec<_>>() {
            words.extend(self::words(body));
        }
        if words.len() == before {
            return words;
        }
    }
}

/// The text without comments; what stood in them leaves no words.
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['/', '"']) {
        let (before, tail) = rest.split_at(start);
        out.push_str(before);
        let end = if tail.starts_with("/*") {
            tail.find("*/").map_or(tail.len(), |end| end + 2)
        } else if tail.starts_with("//") {
            tail.find('\n').unwrap_or(tail.len())
        } else if tail.starts_with('"') {
            let end = string_end(tail);
            out.push_str(&tail[..end]);
            end
        } else {
            out.push('/');
            1
        };
        rest = &tail[end..];
    }
    out + rest
}

/// The length of the string literal that a text starts with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return index + 1,
            '\n' => return index,
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    text.len()
}

/// The functions and variables that a source defines for others: those at the left edge that are not
/// `static`.
pub fn definitions(text: &str) -> BTreeSet<String> {
    let text = without_comments(text);
    let mut names = BTreeSet::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let first = line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
        if matches!(first, None | Some("" | "static" | "typedef" | "extern" | "return" | "goto")) {
            continue;
        }
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let last_word =
            |text: &str| text.trim_end().rsplit(|letter| !is_name(letter)).next().unwrap_or("").to_owned();
        if let Some((before, _)) = line.split_once(['=', '(']) {
            let paren = line.as_bytes().get(before.len()) == Some(&b'(');
            if paren && !has_body(&text[start + before.len()..]) {
                continue;
            }
            let before = before.split('[').next().unwrap_or(before);
            let name = last_word(before);
            if !name.is_empty() {
                names.insert(name);
            }
        }
    }
    names
}

/// Whether a text that starts with a parenthesis goes on, after it, with a brace.
fn has_body(text: &str) -> bool {
    let mut depth = 0usize;
    for (index, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth <= 1 => return text[index + 1..].trim_start().starts_with('{'),
            ')' => depth -= 1,
            ';' | '{' => return false,
            _ => {}
        }
    }
    false
}

/// The `compatible` values in the match tables and declaring macros of a source.
pub fn compatibles(text: &str) -> Vec<String> {
    /// Macros that take a name or nothing, then the value.
    const DECLARE: [&str; 6] = [
        "CLK_OF_DECLARE",
        "IRQCHIP_DECLARE",
        "IRQCHIP_MATCH",
        "TIMER_OF_DECLARE",
        "RESERVEDMEM_OF_DECLARE",
        "OF_EARLYCON_DECLARE",
    ];
    let text = without_comments(text);
    let mut found: Vec<String> = Vec::new();
    let mut add = |rest: &str| {
        let value = rest.split_once('"').and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
        if let Some(value) = value.filter(|value| !found.iter().any(|known| known == value)) {
            found.push(value.to_owned());
        }
    };
    for (index, _) in text.match_indices(".compatible") {
        let rest = text[index + ".compatible".len()..].trim_start();
        if let Some(rest) = rest.strip_prefix('=').filter(|rest| rest.trim_start().starts_with('"')) {
            add(rest);
        }
    }
    for name in DECLARE {
        for (index, _) in text.match_indices(name) {
            // Up to the end of the macro's arguments.
            if let Some((arguments, _)) = text[index..].split_once(')') {
                add(arguments);
            }
        }
    }
    found
}

/// What `MODULE_DESCRIPTION` says.
pub fn description(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("MODULE_DESCRIPTION(")?;
    let (words, _) = rest.split_once(");")?;
    let parts: Vec<&str> = words.split('"').skip(1).step_by(2).collect();
    Some(parts.concat()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes() {
        let text =
            "#include <linux/a.h>\n# include \"b.h\"\n/* #include \"c.h\" */\n#include\t\"../d.h\" /* x */\n";
        assert_eq!(quoted_includes(text), ["b.h", "../d.h"]);
        assert_eq!(angled_includes(text), ["linux/a.h"]);
    }

    #[test]
    fn macros_of_headers_are_looked_into() {
        let header = "#define A(x) \\\n\tb(x)\nint c;\n#define b(x) d\n#define E f\n#define";
        let words: Vec<_> = with_macros(words("A g"), header).into_iter().collect();
        assert_eq!(words, ["A", "b", "d", "g", "x"]);
        // A line that goes on past the end of the text.
        let _ = with_macros(super::words("A"), "#define A \\\n");
        let _ = with_macros(super::words("A"), "#define A \\");
    }

    #[test]
    fn comments_go_and_strings_stay() {
        let text = "a /* b */ c // d\n\"e // f \\\" /* g\" h / i";
        assert_eq!(without_comments(text), "a  c \n\"e // f \\\" /* g\" h / i");
        assert_eq!(without_comments("x /* never ends"), "x ");
        assert_eq!(without_comments("x \"never ends"), "x \"never ends");
    }

    #[test]
    fn definitions_are_what_others_can_call() {
        let text = "\
int proto(int a);
static int own(void)
{
}
int of_two_lines(struct x *x,
\t\t int b)
{
\tcall(1);
}
struct clk *
name_on_its_own(void) {
}
const struct clk_ops ops = {
};
EXPORT_SYMBOL(ops);
unsigned long table[] = { 1 };
";
        let names: Vec<_> = definitions(text).into_iter().collect();
        assert_eq!(names, ["name_on_its_own", "of_two_lines", "ops", "table"]);
    }

    #[test]
    fn compatibles_in_tables_and_macros() {
        let text = "\
static const struct of_device_id ids[] = {
\t{ .compatible = \"v,a\", .data = &x },
\t{ .compatible\t= \"v,b\" }, /* .compatible = \"v,no\" */
\t{ .compatible = \"v,a\" },
};
IRQCHIP_DECLARE(a, \"v,c\", init);
CLK_OF_DECLARE(name,
\t\"v,d\", setup);
if (of->compatible == NULL) x = \"v,e\";
";
        assert_eq!(compatibles(text), ["v,a", "v,b", "v,d", "v,c"]);
    }

    #[test]
    fn descriptions() {
        assert_eq!(description("MODULE_DESCRIPTION(\"A \"\n\t\"B\");").as_deref(), Some("A B"));
        assert_eq!(description("x"), None);
    }

    #[test]
    fn no_text_is_too_odd() {
        for text in ["(", "\"", "/*", "#include \"", "int f(", ".compatible = \"", "ü(\"/", "CLK_OF_DECLARE("]
        {
            let _ = (definitions(text), compatibles(text), quoted_includes(text), description(text));
        }
    }
}
