// SPDX-License-Identifier: GPL-2.0-only
//! The schema: which options there are. Read from `boards/options.toml`, a list of `[[option]]` tables.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean};
use crate::value::{Kind, Value, size};

/// When an option may be set: another option has, or has not, a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depends {
    /// The option that is looked at.
    pub option: String,
    /// The value that it is compared with, without quotes.
    pub value: String,
    /// Whether it must have the value, or must not.
    pub equal: bool,
}

impl Depends {
    /// Reads `name`, `name = value` or `name != value`; `name` alone stands for `name = true`.
    fn parse(text: &str) -> Depends {
        let (option, value, equal) = match (text.split_once("!="), text.split_once('=')) {
            (Some((option, value)), _) => (option, value, false),
            (None, Some((option, value))) => (option, value, true),
            (None, None) => (text, "true", true),
        };
        Depends { option: option.trim().into(), value: value.trim().into(), equal }
    }
}

/// One option.
#[derive(Debug, Clone)]
pub struct OptionSpec {
    /// The name, dotted: `log.level` is `level` in the table `[log]` of a board.
    pub name: String,
    /// The type with its range or choices.
    pub kind: Kind,
    /// The value where a board sets none.
    pub default: Value,
    /// What it does, for people.
    pub help: String,
    /// When it may be set.
    pub depends: Option<Depends>,
    /// Whether it is built into the image; the others are for the tools.
    pub image: bool,
}

/// Every option there is, in the order of the file.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The options.
    pub options: Vec<OptionSpec>,
}

const KEYS: &[&str] = &["name", "type", "default", "help", "depends", "range", "choices", "image"];

impl Schema {
    /// Reads the schema. `file` is how messages name it.
    ///
    /// # Errors
    /// All that is wrong in it, with lines.
    pub fn parse(file: &str, text: &str) -> Result<Schema, Diagnostics> {
        let source = Source { name: file, text };
        let root = DeTable::parse(text).map_err(|error| Diagnostics(vec![source.syntax(&error)]))?;
        let mut errors = Vec::new();
        let mut options: Vec<OptionSpec> = Vec::new();
        for (key, value) in root.get_ref() {
            let list = match (key.get_ref().as_ref(), value.get_ref()) {
                ("option", DeValue::Array(list)) => list,
                (other, _) => {
                    let help = Some("the schema is a list of [[option]] tables".into());
                    errors.push(source.error(&key.span(), format!("unexpected key `{other}`"), help));
                    continue;
                }
            };
            for entry in list {
                match read_option(&source, entry) {
                    Ok(option) if options.iter().any(|known| known.name == option.name) => {
                        let message = format!("option `{}` is declared twice", option.name);
                        errors.push(source.error(&entry.span(), message, None));
                    }
                    Ok(option) => options.push(option),
                    Err(error) => errors.push(error),
                }
            }
        }
        let schema = Schema { options };
        for option in &schema.options {
            if let Some(depends) = &option.depends
                && schema.find(&depends.option).is_none()
            {
                let message = format!("option `{}` depends on unknown `{}`", option.name, depends.option);
                errors.push(Diagnostic {
                    file: file.into(),
                    line: 0,
                    message,
                    help: schema.suggest(&depends.option),
                });
            }
        }
        if errors.is_empty() { Ok(schema) } else { Err(Diagnostics(errors)) }
    }

    /// The option of this name.
    pub fn find(&self, name: &str) -> Option<&OptionSpec> {
        self.options.iter().find(|option| option.name == name)
    }

    /// The option that an unknown name may have been meant for.
    pub(crate) fn suggest(&self, name: &str) -> Option<String> {
        did_you_mean(name, self.options.iter().map(|option| option.name.as_str()))
    }
}

/// Reads one `[[option]]` table.
fn read_option(source: &Source<'_>, entry: &Spanned<DeValue<'_>>) -> Result<OptionSpec, Diagnostic> {
    let fail = |span: Range<usize>, message: String| source.error(&span, message, None);
    let Some(table) = entry.get_ref().as_table() else {
        return Err(fail(entry.span(), "an option is a table".into()));
    };
    if let Some((key, _)) = table.iter().find(|(key, _)| !KEYS.contains(&key.get_ref().as_ref())) {
        let help = did_you_mean(key.get_ref(), KEYS.iter().copied());
        return Err(source.error(&key.span(), format!("unknown key `{}` of an option", key.get_ref()), help));
    }
    let get = |key: &str| table.get(key);
    let text = |key: &str| match get(key).map(|value| (value.get_ref().as_str(), value.span())) {
        Some((Some(text), _)) => Ok(text),
        Some((None, span)) => Err(fail(span, format!("`{key}` must be a text"))),
        None => Err(fail(entry.span(), format!("an option without `{key}`"))),
    };
    let name = text("name")?;
    let kind = read_kind(source, entry, table, text("type")?)?;
    let default = get("default").ok_or_else(|| fail(entry.span(), format!("`{name}` has no default")))?;
    let value = Value::read(&kind, default.get_ref())
        .map_err(|error| fail(default.span(), format!("default of `{name}`: {error}")))?;
    let image = match get("image") {
        None => true,
        Some(value) => value
            .get_ref()
            .as_bool()
            .ok_or_else(|| fail(value.span(), "`image` must be true or false".into()))?,
    };
    let depends = if get("depends").is_some() { Some(Depends::parse(text("depends")?)) } else { None };
    Ok(OptionSpec { name: name.into(), kind, default: value, help: text("help")?.into(), depends, image })
}

/// Reads the type of an option with its range or choices.
fn read_kind(
    source: &Source<'_>,
    entry: &Spanned<DeValue<'_>>,
    table: &DeTable<'_>,
    word: &str,
) -> Result<Kind, Diagnostic> {
    let at = |key: &str| table.get(key).map_or_else(|| entry.span(), Spanned::span);
    let ends = |key: &str| -> Option<[&DeValue<'_>; 2]> {
        match table.get(key)?.get_ref().as_array()?.iter().map(Spanned::get_ref).collect::<Vec<_>>()[..] {
            [min, max] => Some([min, max]),
            _ => None,
        }
    };
    let range = table.get("range").is_some();
    let bad_range = || source.error(&at("range"), "`range` must be [smallest, largest]".into(), None);
    match word {
        "bool" => Ok(Kind::Bool),
        "string" => Ok(Kind::String),
        "key" => Ok(Kind::Key),
        "device" => Ok(Kind::Device),
        "strings" => Ok(Kind::Strings),
        "int" if !range => Ok(Kind::Int { min: 0, max: i64::MAX }),
        "int" => {
            let [min, max] = ends("range").ok_or_else(bad_range)?.map(|end| {
                end.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            });
            Ok(Kind::Int { min: min.ok_or_else(bad_range)?, max: max.ok_or_else(bad_range)? })
        }
        "size" if !range => Ok(Kind::Size { min: 0, max: u64::MAX }),
        "size" => {
            let [min, max] = ends("range").ok_or_else(bad_range)?.map(|end| end.as_str().and_then(size));
            Ok(Kind::Size { min: min.ok_or_else(bad_range)?, max: max.ok_or_else(bad_range)? })
        }
        "enum" => {
            let words = table.get("choices").and_then(|list| list.get_ref().as_array()).and_then(|list| {
                list.iter().map(|word| word.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
            });
            words.filter(|words| !words.is_empty()).map(Kind::Enum).ok_or_else(|| {
                source.error(&at("choices"), "an enum needs `choices`, a list of texts".into(), None)
            })
        }
        other => {
            let known = ["bool", "int", "string", "enum", "size", "key", "device", "strings"];
            let help =
                did_you_mean(other, known.into_iter()).or(Some(format!("types: {}", known.join(", "))));
            Err(source.error(&at("type"), format!("unknown type `{other}`"), help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_type_and_refuses_unknown_ones() {
        let text = "[[option]]\nname = \"a.b\"\ntype = \"int\"\nrange = [1, 9]\ndefault = 4\nhelp = \"x\"\n";
        let schema = Schema::parse("options.toml", text).unwrap();
        assert_eq!(schema.options[0].kind, Kind::Int { min: 1, max: 9 });
        let error = Schema::parse("options.toml", &text.replace("\"int\"", "\"intt\"")).unwrap_err();
        assert_eq!(error.0[0].line, 3);
        assert_eq!(error.0[0].help.as_deref(), Some("did you mean `int`?"));
    }

    #[test]
    fn a_default_out_of_range_is_an_error() {
        let text = "[[option]]\nname = \"a\"\ntype = \"int\"\nrange = [1, 9]\ndefault = 10\nhelp = \"x\"\n";
        let error = Schema::parse("o", text).unwrap_err();
        assert!(error.to_string().contains("10 found, expected a whole number from 1 to 9"), "{error}");
    }

    #[test]
    fn depends_expressions() {
        let depends = |text| Depends::parse(text);
        assert_eq!(depends("a"), Depends { option: "a".into(), value: "true".into(), equal: true });
        assert_eq!(depends("a = b"), Depends { option: "a".into(), value: "b".into(), equal: true });
        assert_eq!(depends("a != b"), Depends { option: "a".into(), value: "b".into(), equal: false });
    }

    #[test]
    fn a_dependency_must_exist() {
        let text =
            "[[option]]\nname = \"a\"\ntype = \"bool\"\ndefault = true\nhelp = \"x\"\ndepends = \"b\"\n";
        assert!(Schema::parse("o", text).unwrap_err().to_string().contains("unknown `b`"));
    }
}
