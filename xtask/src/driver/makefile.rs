// SPDX-License-Identifier: GPL-2.0-only
//! Linux's makefiles and Kconfig files, as far as they tell which sources make a module and which
//! options it has.

use std::collections::BTreeMap;

/// What a makefile says of the objects in its folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Makefile {
    /// Objects and modules that are built, without `.o`, with the option that asks for them.
    objects: BTreeMap<String, Option<String>>,
    /// The parts of each module; with an option, where only that brings them in.
    parts: BTreeMap<String, Vec<(String, Option<String>)>>,
    /// Folders that `-I` names, as they are written.
    pub include: Vec<String>,
}

/// The module that a source belongs to.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// The option that asks for it, without `CONFIG_`.
    pub option: Option<String>,
    /// The sources that always belong to it, by their names without `.c`.
    pub parts: Vec<String>,
    /// Sources that an option brings in.
    pub optional: Vec<(String, String)>,
}

impl Makefile {
    /// Reads the text of a makefile.
    pub fn parse(text: &str) -> Makefile {
        let mut file = Makefile::default();
        let joined = text.replace("\\\n", " ");
        for line in joined.lines() {
            let line = line.split('#').next().unwrap_or("").trim();
            let Some((left, right)) = line.split_once('=') else { continue };
            let left = left.trim_end_matches(['+', ':', '?']).trim();
            let words = right.split_whitespace();
            if left.contains("ccflags") || left.starts_with("CFLAGS_") {
                file.include.extend(included(words));
                continue;
            }
            let Some((name, condition)) = left.rsplit_once('-') else { continue };
            let option = match condition {
                "y" | "m" | "objs" => None,
                _ => match condition.strip_prefix("$(CONFIG_").and_then(|rest| rest.strip_suffix(')')) {
                    Some(option) => Some(option.to_owned()),
                    None => continue,
                },
            };
            let objects = words.filter_map(|word| word.strip_suffix(".o"));
            if name == "obj" {
                file.objects.extend(objects.map(|object| (object.to_owned(), option.clone())));
            } else {
                let parts = file.parts.entry(name.to_owned()).or_default();
                parts.extend(objects.map(|object| (object.to_owned(), option.clone())));
            }
        }
        file
    }

    /// The module of which the source, without `.c`, is a part.
    pub fn module_of(&self, source: &str) -> Module {
        let has = |parts: &[(String, Option<String>)]| parts.iter().any(|(part, _)| part == source);
        match self.parts.iter().find(|(_, parts)| has(parts)) {
            Some((name, parts)) => Module {
                name: name.clone(),
                option: self.objects.get(name).cloned().flatten(),
                parts: parts
                    .iter()
                    .filter(|(part, option)| option.is_none() || part == source)
                    .map(|(part, _)| part.clone())
                    .collect(),
                optional: parts
                    .iter()
                    .filter(|(part, _)| part != source)
                    .filter_map(|(part, option)| Some((part.clone(), option.clone()?)))
                    .collect(),
            },
            None => Module {
                name: source.into(),
                option: self.objects.get(source).cloned().flatten(),
                parts: vec![source.into()],
                optional: Vec::new(),
            },
        }
    }
}

/// The folders that `-I` names, right behind it or as the next word.
fn included<'a>(mut words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut folders = Vec::new();
    while let Some(word) = words.next() {
        if let Some(folder) = word.strip_prefix("-I") {
            let folder = if folder.is_empty() { words.next() } else { Some(folder) };
            folders.extend(folder.map(str::to_owned));
        }
    }
    folders
}

/// The options that `option` selects, in the text of a Kconfig file.
pub fn selects(kconfig: &str, option: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in kconfig.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("config" | "menuconfig"), name) => inside = name == Some(option),
            (Some("select"), Some(name)) if inside => found.push(name.to_owned()),
            _ => {}
        }
    }
    found
}

/// What `option` is called in a Kconfig file's menu.
pub fn prompt(kconfig: &str, option: &str) -> Option<String> {
    let mut inside = false;
    for line in kconfig.lines() {
        let line = line.trim();
        let mut words = line.split_whitespace();
        match words.next() {
            Some("config" | "menuconfig") => inside = words.next() == Some(option),
            Some("tristate" | "bool" | "prompt" | "def_bool" | "def_tristate") if inside => {
                let prompt = line.split('"').nth(1);
                if prompt.is_some() {
                    return prompt.map(str::to_owned);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# SPDX
obj-$(CONFIG_MMC_A)\t\t+= a.o
obj-$(CONFIG_MMC_PCI) += pci.o
pci-y += pci-core.o pci-x.o \\
         pci-y.o
pci-$(CONFIG_PCI_Z) += pci-z.o
obj-y += always.o
ccflags-y := -I $(src) -I$(srctree)/drivers/x -DX
";

    #[test]
    fn modules_of_one_and_of_many_sources() {
        let file = Makefile::parse(TEXT);
        let a = file.module_of("a");
        assert_eq!((a.name.as_str(), a.option.as_deref()), ("a", Some("MMC_A")));
        assert_eq!(a.parts, ["a"]);
        let pci = file.module_of("pci-x");
        assert_eq!((pci.name.as_str(), pci.option.as_deref()), ("pci", Some("MMC_PCI")));
        assert_eq!(pci.parts, ["pci-core", "pci-x", "pci-y"]);
        assert_eq!(pci.optional, [("pci-z".to_owned(), "PCI_Z".to_owned())]);
        assert_eq!(file.module_of("always").option, None);
        assert_eq!(file.module_of("unknown").parts, ["unknown"]);
        assert_eq!(file.include, ["$(src)", "$(srctree)/drivers/x"]);
    }

    #[test]
    fn a_part_that_is_asked_for_comes_along() {
        assert!(Makefile::parse(TEXT).module_of("pci-z").parts.contains(&"pci-z".to_owned()));
    }

    #[test]
    fn options_select_others() {
        let text =
            "config A\n\ttristate \"The A\"\n\tselect B\n\tselect C if D\n\nconfig E\n\tbool\n\tselect F\n";
        assert_eq!(selects(text, "A"), ["B", "C"]);
        assert_eq!(selects(text, "E"), ["F"]);
        assert!(selects(text, "G").is_empty());
        assert_eq!(prompt(text, "A").as_deref(), Some("The A"));
        assert_eq!(prompt(text, "E"), None);
    }
}
