// SPDX-License-Identifier: GPL-2.0-only
//! The types that an option may have, and values read from TOML as such a type.

use std::fmt;

use toml::de::DeValue;

/// The type of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number within a range, both ends included.
    Int {
        /// The smallest allowed number.
        min: i64,
        /// The largest allowed number.
        max: i64,
    },
    /// Any text.
    String,
    /// One of the listed words.
    Enum(Vec<String>),
    /// A number of bytes: a whole number or a text such as `"64K"`, `"2M"`, `"1G"`, within a range.
    Size {
        /// The smallest allowed number of bytes.
        min: u64,
        /// The largest allowed number of bytes.
        max: u64,
    },
    /// A key of the terminal: `"ctrl-]"`, `"ctrl-a"` or one printable ASCII character.
    Key,
    /// A device that needs no device tree: `"NAME,ADDRESS"`, or empty for none.
    Device,
    /// A list of texts.
    Strings,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Bool => write!(f, "true or false"),
            Kind::Int { min, max } => write!(f, "a whole number from {min} to {max}"),
            Kind::String => write!(f, "a text in quotes"),
            Kind::Enum(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                write!(f, "one of {}", quoted.join(", "))
            }
            Kind::Size { min, max } => {
                write!(f, "a size such as \"64K\" or \"2M\", from {} to {}", size_text(*min), size_text(*max))
            }
            Kind::Key => write!(f, "a key such as \"ctrl-]\" or one printable character"),
            Kind::Device => {
                write!(f, "a device and its address such as \"pl011,0x09000000\", or \"\" for none")
            }
            Kind::Strings => write!(f, "a list of texts"),
        }
    }
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of a [`Kind::Bool`].
    Bool(bool),
    /// Of a [`Kind::Int`].
    Int(i64),
    /// Of a [`Kind::String`] or [`Kind::Enum`].
    String(String),
    /// Of a [`Kind::Size`], in bytes.
    Size(u64),
    /// Of a [`Kind::Key`]: the byte that the key sends.
    Key(u8),
    /// Of a [`Kind::Device`]: name and physical address.
    Device(Option<(String, u64)>),
    /// Of a [`Kind::Strings`].
    Strings(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::String(value) => write!(f, "\"{value}\""),
            Value::Size(bytes) => write!(f, "\"{}\"", size_text(*bytes)),
            Value::Key(byte) => write!(f, "\"{}\"", key_text(*byte)),
            Value::Device(None) => write!(f, "\"\""),
            Value::Device(Some((name, address))) => write!(f, "\"{name},{address:#010x}\""),
            Value::Strings(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                write!(f, "[{}]", quoted.join(", "))
            }
        }
    }
}

impl Value {
    /// The value as it is compared in a `depends` expression: without quotes.
    pub(crate) fn bare(&self) -> String {
        match self {
            Value::String(value) => value.clone(),
            other => other.to_string().trim_matches('"').to_owned(),
        }
    }

    /// Reads a TOML value as the given type. The error says what was found and what was expected.
    pub(crate) fn read(kind: &Kind, found: &DeValue<'_>) -> Result<Value, String> {
        let wrong = |found: &str| format!("{found} found, expected {kind}");
        let text = found.as_str();
        let number = found
            .as_integer()
            .and_then(|number| i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok());
        match kind {
            Kind::Bool => found.as_bool().map(Value::Bool),
            Kind::Int { min, max } => match number {
                Some(number) if number < *min || number > *max => return Err(wrong(&number.to_string())),
                other => other.map(Value::Int),
            },
            Kind::String => text.map(|text| Value::String(text.to_owned())),
            Kind::Enum(words) => match text {
                Some(text) if !words.iter().any(|word| word == text) => {
                    return Err(wrong(&format!("\"{text}\"")));
                }
                other => other.map(|text| Value::String(text.to_owned())),
            },
            Kind::Size { min, max } => {
                let bytes = match text {
                    Some(text) => Some(size(text).ok_or_else(|| wrong(&format!("\"{text}\"")))?),
                    None => number.and_then(|number| u64::try_from(number).ok()),
                };
                match bytes {
                    Some(bytes) if bytes < *min || bytes > *max => return Err(wrong(&size_text(bytes))),
                    other => other.map(Value::Size),
                }
            }
            Kind::Key => match text {
                Some(text) => Some(Value::Key(key(text).ok_or_else(|| wrong(&format!("\"{text}\"")))?)),
                None => None,
            },
            Kind::Device => match text {
                Some("") => Some(Value::Device(None)),
                Some(text) => {
                    Some(Value::Device(Some(device(text).ok_or_else(|| wrong(&format!("\"{text}\"")))?)))
                }
                None => None,
            },
            Kind::Strings => found.as_array().and_then(|list| {
                let words: Option<Vec<String>> =
                    list.iter().map(|word| word.get_ref().as_str().map(str::to_owned)).collect();
                words.map(Value::Strings)
            }),
        }
        .ok_or_else(|| wrong(&format!("a TOML {}", found.type_str())))
    }
}

/// Bytes of a text such as `64K`, `2M`, `1G` (powers of 1024) or a plain or `0x` number.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => (text.get(..text.len() - 1)?, 10),
        b'M' => (text.get(..text.len() - 1)?, 20),
        b'G' => (text.get(..text.len() - 1)?, 30),
        _ => (text, 0),
    };
    unsigned(digits)?.checked_mul(1 << shift)
}

/// The shortest text that [`size`] reads as this many bytes.
fn size_text(bytes: u64) -> String {
    [(30, 'G'), (20, 'M'), (10, 'K')]
        .iter()
        .find(|(shift, _)| bytes != 0 && bytes.is_multiple_of(1 << shift))
        .map_or_else(|| bytes.to_string(), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

/// A whole number, decimal or with `0x`; `_` may group digits.
fn unsigned(text: &str) -> Option<u64> {
    let text = text.replace('_', "");
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The byte that a key sends, from `ctrl-]`, `ctrl-a` or one printable ASCII character.
pub fn key(text: &str) -> Option<u8> {
    let (text, control) = match text.to_ascii_lowercase().strip_prefix("ctrl-") {
        Some(rest) => (rest.to_ascii_uppercase(), true),
        None => (text.to_owned(), false),
    };
    let [byte] = text.as_bytes() else { return None };
    match (control, byte) {
        (true, b'@'..=b'_') => Some(byte & 0x1f),
        (false, b' '..=b'~') => Some(*byte),
        _ => None,
    }
}

/// The text that [`key`] reads as this byte.
fn key_text(byte: u8) -> String {
    if byte < 0x20 {
        format!("ctrl-{}", char::from(byte | 0x40).to_ascii_lowercase())
    } else {
        char::from(byte).to_string()
    }
}

/// Name and address of `NAME,ADDRESS`.
fn device(text: &str) -> Option<(String, u64)> {
    let (name, address) = text.split_once(',')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || !name.bytes().all(plain) {
        return None;
    }
    Some((name.to_owned(), unsigned(address.trim())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("64K"), Some(65536));
        assert_eq!(size("2m"), Some(2 << 20));
        assert_eq!(size("0x10"), Some(16));
        assert_eq!(size("99999999999999999999"), None);
        assert_eq!(size("17179869184G"), None);
        assert_eq!(size("K"), None);
        assert_eq!(size(""), None);
        assert_eq!(size_text(3 << 20), "3M");
        assert_eq!(size_text(1025), "1025");
    }

    #[test]
    fn keys() {
        assert_eq!(key("ctrl-]"), Some(0x1d));
        assert_eq!(key("Ctrl-A"), Some(1));
        assert_eq!(key("~"), Some(b'~'));
        assert_eq!(key("ctrl-"), None);
        assert_eq!(key("ctrl-1"), None);
        assert_eq!(key("é"), None);
        assert_eq!(key_text(0x1d), "ctrl-]");
        assert_eq!(key_text(1), "ctrl-a");
    }

    #[test]
    fn devices() {
        assert_eq!(device("pl011,0x09000000"), Some(("pl011".into(), 0x0900_0000)));
        assert_eq!(device("pl011"), None);
        assert_eq!(device(",5"), None);
        assert_eq!(device("pl\"011,5"), None);
    }
}
