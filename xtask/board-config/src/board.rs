// SPDX-License-Identifier: GPL-2.0-only
//! A board: what `board.toml` sets, checked against the schema.
//!
//! The keys `name` and `summary` at the top describe the board; every other key names an option, its
//! table being the part of the option's name before the last dot.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostics, Source, did_you_mean};
use crate::schema::{OptionSpec, Schema};
use crate::value::{Kind, Value};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The schema's default.
    Default,
    /// The board's file, at this line.
    Board(usize),
}

/// An option's value on a board.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The option.
    pub option: OptionSpec,
    /// Its value.
    pub value: Value,
    /// Where the value comes from.
    pub origin: Origin,
}

/// A board whose file is in order.
#[derive(Debug, Clone)]
pub struct Board {
    /// The board's name: its folder.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// One sentence about it.
    pub summary: String,
    /// Every option's value, in the schema's order.
    pub settings: Vec<Setting>,
}

impl Board {
    /// Checks `board.toml` of the board `id`. `file` is how messages name the file.
    ///
    /// # Errors
    /// All that is wrong in it: unknown options, values that are out of range or of another type, and
    /// options that contradict each other, with lines and suggestions.
    pub fn parse(id: &str, file: &str, text: &str, schema: &Schema) -> Result<Board, Diagnostics> {
        let source = Source { name: file, text };
        let root = DeTable::parse(text).map_err(|error| Diagnostics(vec![source.syntax(&error)]))?;
        let mut reader = Reader { source, schema, found: Vec::new(), errors: Vec::new() };
        let name = reader.heading(root.get_ref(), "name");
        let summary = reader.heading(root.get_ref(), "summary");
        reader.walk("", root.get_ref());
        let settings = schema.options.iter().map(|option| reader.setting(option)).collect();
        let board = Board { id: id.into(), name, summary, settings };
        reader.check_depends(&board);
        if reader.errors.is_empty() { Ok(board) } else { Err(Diagnostics(reader.errors)) }
    }

    /// The value of an option, if the schema has one of this name.
    pub fn get(&self, option: &str) -> Option<&Value> {
        self.settings.iter().find(|setting| setting.option.name == option).map(|setting| &setting.value)
    }
}

/// The state of reading one file.
struct Reader<'a> {
    source: Source<'a>,
    schema: &'a Schema,
    found: Vec<(String, Value, Range<usize>)>,
    errors: Vec<crate::Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, span: &Range<usize>, message: String, help: Option<String>) {
        let error = self.source.error(span, message, help);
        self.errors.push(error);
    }

    /// One of the describing texts at the top.
    fn heading(&mut self, root: &DeTable<'_>, key: &str) -> String {
        match root.get(key).map(|value| (value.get_ref().as_str(), value.span())) {
            Some((Some(text), _)) => text.to_owned(),
            Some((None, span)) => {
                self.error(&span, format!("`{key}` must be a text in quotes"), None);
                String::new()
            }
            None => {
                self.error(
                    &(0..0),
                    format!("`{key}` is missing"),
                    Some(format!("add {key} = \"...\" at the top")),
                );
                String::new()
            }
        }
    }

    /// Takes in every option of a table and the tables in it.
    fn walk(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let key_text: &str = key.get_ref();
            if prefix.is_empty() && matches!(key_text, "name" | "summary") {
                continue;
            }
            let name = if prefix.is_empty() { key_text.to_owned() } else { format!("{prefix}.{key_text}") };
            match (self.schema.find(&name), value.get_ref()) {
                (Some(option), found) => match Value::read(&option.kind, found) {
                    Ok(value) => self.found.push((name, value, key.span())),
                    Err(error) => {
                        let help = suggest_choice(&option.kind, found);
                        self.error(&value.span(), format!("`{name}`: {error}"), help);
                    }
                },
                (None, DeValue::Table(inner)) if self.is_prefix(&name) => self.walk(&name, inner),
                (None, _) => {
                    let help = self.schema.suggest(&name).or_else(|| self.suggest_table(&name));
                    self.error(&key.span(), format!("unknown option `{name}`"), help);
                }
            }
        }
    }

    /// Whether some option's name starts with this table.
    fn is_prefix(&self, table: &str) -> bool {
        self.schema
            .options
            .iter()
            .any(|option| option.name.strip_prefix(table).is_some_and(|rest| rest.starts_with('.')))
    }

    /// The table that an unknown one may have been meant for.
    fn suggest_table(&self, name: &str) -> Option<String> {
        let tables = self.schema.options.iter().filter_map(|option| option.name.rsplit_once('.'));
        did_you_mean(name, tables.map(|(table, _)| table))
    }

    /// The value of an option: the file's or the default.
    fn setting(&self, option: &OptionSpec) -> Setting {
        match self.found.iter().find(|(name, ..)| *name == option.name) {
            Some((_, value, span)) => Setting {
                option: option.clone(),
                value: value.clone(),
                origin: Origin::Board(self.source.line(span)),
            },
            None => {
                Setting { option: option.clone(), value: option.default.clone(), origin: Origin::Default }
            }
        }
    }

    /// An option that the file sets must have what it depends on.
    fn check_depends(&mut self, board: &Board) {
        for (name, _, span) in self.found.clone() {
            let Some(depends) = self.schema.find(&name).and_then(|option| option.depends.clone()) else {
                continue;
            };
            let Some(actual) = board.get(&depends.option) else { continue };
            if (actual.bare() == depends.value) != depends.equal {
                let not = if depends.equal { "" } else { "not " };
                let message = format!("`{name}` is set, but `{}` is {}", depends.option, actual.bare());
                let help = format!("it must {not}be {}, or leave `{name}` out", depends.value);
                self.error(&span, message, Some(help));
            }
        }
    }
}

/// The choice of an enum that a wrong word may have been meant for.
fn suggest_choice(kind: &Kind, found: &DeValue<'_>) -> Option<String> {
    match (kind, found.as_str()) {
        (Kind::Enum(words), Some(text)) => did_you_mean(text, words.iter().map(String::as_str)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"
[[option]]
name = "log.level"
type = "enum"
choices = ["error", "warn", "info", "debug"]
default = "info"
help = "How much is said."
[[option]]
name = "dtb.builtin"
type = "bool"
default = false
help = "Whether a DTB is built in."
[[option]]
name = "dtb.file"
type = "string"
default = "board.dts"
depends = "dtb.builtin"
help = "Which one."
"#;

    fn board(text: &str) -> Result<Board, Diagnostics> {
        Board::parse("b", "board.toml", text, &Schema::parse("options.toml", SCHEMA).unwrap())
    }

    #[test]
    fn values_and_origins() {
        let board = board("name = \"B\"\nsummary = \"s\"\n[log]\nlevel = \"debug\"\n").unwrap();
        assert_eq!(board.get("log.level"), Some(&Value::String("debug".into())));
        assert_eq!(board.settings[0].origin, Origin::Board(4));
        assert_eq!(board.get("dtb.builtin"), Some(&Value::Bool(false)));
        assert_eq!(board.settings[1].origin, Origin::Default);
    }

    #[test]
    fn unknown_options_come_with_line_and_suggestion() {
        let error = board("name = \"B\"\nsummary = \"s\"\n[log]\nlevl = \"debug\"\n").unwrap_err();
        assert_eq!(error.to_string(), "board.toml:4: unknown option `log.levl` (did you mean `log.level`?)");
        let error = board("name = \"B\"\nsummary = \"s\"\n[logg]\nlevel = \"debug\"\n").unwrap_err();
        assert_eq!(error.0[0].line, 3);
        assert_eq!(error.0[0].help.as_deref(), Some("did you mean `log`?"));
    }

    #[test]
    fn wrong_values_come_with_what_was_expected() {
        let error =
            board("name = \"B\"\nsummary = \"s\"\nlog.level = \"inf\"\ndtb.builtin = 1\n").unwrap_err();
        assert_eq!(error.0.len(), 2, "{error}");
        assert!(error.to_string().contains("did you mean `info`?"), "{error}");
        assert!(
            error
                .to_string()
                .contains("board.toml:4: `dtb.builtin`: a TOML integer found, expected true or false"),
            "{error}"
        );
    }

    #[test]
    fn contradictions_are_refused() {
        let error = board("name = \"B\"\nsummary = \"s\"\ndtb.file = \"x.dts\"\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "board.toml:3: `dtb.file` is set, but `dtb.builtin` is false (it must be true, or leave `dtb.file` out)"
        );
        assert!(board("name = \"B\"\nsummary = \"s\"\n[dtb]\nfile = \"x.dts\"\nbuiltin = true\n").is_ok());
    }

    #[test]
    fn a_board_has_a_name_and_valid_toml() {
        assert!(board("").unwrap_err().to_string().contains("`name` is missing"));
        let error = board("name = \"B\"\nsummary = \n").unwrap_err();
        assert_eq!(error.0[0].line, 2);
    }
}
