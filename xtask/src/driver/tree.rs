// SPDX-License-Identifier: GPL-2.0-only
//! Trees of sources in the layout of Linux: ours, unpacked from Debian's package, or one of the user's.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::makefile::{Makefile, Module};
use super::text;
use crate::project;

/// Headers that Linux's own cores keep for themselves. A driver that includes one reaches into a core
/// that is another here: it gets our stand-in from `include/drivers`, or none.
const CORES: &[&str] = &[
    "drivers/base/",
    "drivers/clk/clk.h",
    "drivers/gpio/gpiolib",
    "drivers/i2c/i2c-core.h",
    "drivers/iio/iio_core.h",
    "drivers/mmc/core/",
    "drivers/nvmem/internals.h",
    "drivers/of/",
    "drivers/pci/",
    "drivers/pinctrl/core.h",
    "drivers/pinctrl/devicetree.h",
    "drivers/pinctrl/pinconf.h",
    "drivers/pinctrl/pinmux.h",
    "drivers/regulator/internal.h",
    "drivers/rtc/rtc-core.h",
    "drivers/spi/internals.h",
    "drivers/thermal/thermal_core.h",
    "drivers/usb/core/",
    "drivers/watchdog/watchdog_core.h",
];

/// Whether a header is private to one of Linux's cores.
pub fn is_core(path: &str) -> bool {
    CORES.iter().any(|core| path.starts_with(core))
}

/// Where headers of Linux's `include/` describe one chip or SoC: its numbers in device trees, its registers, what
/// its own drivers share. They belong to the drivers, as those beside their sources do. Behind each, what is there of
/// a family's interface, and is ours.
const CHIPS: &[(&str, &[&str])] = &[
    ("dt-bindings/", &[]),
    ("linux/amba/", &["bus.h", "serial.h"]),
    ("linux/clk/", &["clk-conf.h"]),
    ("linux/fsl/", &[]),
    (
        "linux/gpio/",
        &["consumer.h", "defs.h", "driver.h", "generic.h", "machine.h", "property.h", "regmap.h"],
    ),
    ("linux/marvell_phy.h", &[]),
    ("linux/mfd/", &["core.h", "syscon.h"]),
    ("linux/platform_data/", &[]),
    ("linux/regulator/", &["consumer.h", "coupler.h", "driver.h", "machine.h", "of_regulator.h"]),
    ("linux/rtc/", &[]),
    ("linux/smsc911x.h", &[]),
    ("linux/smscphy.h", &[]),
    ("linux/soc/", &[]),
    ("linux/spi/", &["spi.h", "spi-mem.h", "spi_bitbang.h", "spi_gpio.h"]),
    ("soc/", &[]),
];

/// Whether a header below `include/` is a chip's.
pub fn is_chip(path: &str) -> bool {
    CHIPS.iter().any(|(start, ours)| path.strip_prefix(start).is_some_and(|rest| !ours.contains(&rest)))
}

/// A tree of sources.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Its root.
    pub root: PathBuf,
    /// Whether it has Linux's layout; otherwise its root is just a folder with sources.
    pub linux: bool,
}

impl Tree {
    /// Finds the tree that a file is in, and the file's path from its root. A path that is not there is
    /// looked for in `linux`, the unpacked tree.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn locate(path: &str, linux: Option<&Path>) -> Result<(Tree, String)> {
        if let Some(root) = linux.filter(|root| root.join(path).is_file() && !path.starts_with('/')) {
            return Ok((Tree { root: root.into(), linux: true }, path.into()));
        }
        let file = Path::new(path)
            .canonicalize()
            .with_context(|| format!("{path}: there is no such file, here or in Linux 6.12"))?;
        if !file.is_file() {
            bail!("{path} is no file");
        }
        let is_root =
            |folder: &&Path| folder.join("drivers").is_dir() && folder.join("include/linux").is_dir();
        let own = project::root();
        let outer = file.ancestors().skip(1).find(is_root).filter(|root| *root != own);
        let root = outer.or(file.parent()).unwrap_or(Path::new("/"));
        let relative = file.strip_prefix(root)?.to_string_lossy().into_owned();
        Ok((Tree { root: root.into(), linux: outer.is_some() }, relative))
    }

    /// The text of a file, if it can be read.
    pub fn text(&self, path: &str) -> Option<String> {
        fs::read(self.root.join(path)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The module of which a source is a part, and the folders that its makefile adds to the headers'.
    pub fn module(&self, source: &str) -> (Module, Vec<String>) {
        let (folder, name) = split(source);
        let stem = name.trim_end_matches(".c");
        let makefile = ["Makefile", "Kbuild"].into_iter().find_map(|name| self.text(&join(folder, name)));
        let makefile = Makefile::parse(&makefile.unwrap_or_default());
        let include = makefile.include.iter().filter_map(|path| self.include_folder(folder, path)).collect();
        (makefile.module_of(stem), include)
    }

    /// A folder that a makefile names, from the tree's root.
    fn include_folder(&self, folder: &str, path: &str) -> Option<String> {
        let path = path.trim_start_matches('/');
        let from_root = ["$(srctree)/", "$(objtree)/"].into_iter().find_map(|start| path.strip_prefix(start));
        let from_here = ["$(src)/", "$(obj)/"].into_iter().find_map(|start| path.strip_prefix(start));
        let found = match (from_root, from_here) {
            (Some(path), _) => normalize(path.trim_end_matches('/'))?,
            (_, Some(path)) => normalize(&join(folder, path))?,
            _ if path == "$(src)" || path == "$(obj)" => folder.to_owned(),
            _ => normalize(path)?,
        };
        (self.root.join(&found).is_dir() && !found.starts_with("include") && !found.contains("arch/"))
            .then_some(found)
    }

    /// The headers that these sources include by paths of their own, those of chips that our `include/` lacks, and
    /// those that these include. What the cores keep for themselves is not among them.
    pub fn private_headers(&self, sources: &[String], include: &[String]) -> Vec<String> {
        let ours = project::root().join("include");
        let there = |path: &str| ours.join(path).is_file() || ours.join("uapi").join(path).is_file();
        let mut found = BTreeSet::new();
        let mut open: Vec<String> = sources.to_vec();
        while let Some(file) = open.pop() {
            let Some(text) = self.text(&file) else { continue };
            let (folder, _) = split(&file);
            let quoted = text::quoted_includes(&text);
            let angled = text::angled_includes(&text);
            let beside = quoted.iter().filter_map(|path| normalize(&join(folder, path)));
            let listed = quoted
                .iter()
                .chain(&angled)
                .flat_map(|path| include.iter().filter_map(move |folder| normalize(&join(folder, path))));
            let chips =
                quoted.iter().chain(&angled).filter(|path| self.linux && is_chip(path) && !there(path));
            let chips = chips.filter_map(|path| normalize(&join("include", path)));
            let own = beside.chain(listed).filter(|path| !path.starts_with("include/"));
            for path in own.chain(chips) {
                if !is_core(&path)
                    && self.root.join(&path).is_file()
                    && !sources.contains(&path)
                    && found.insert(path.clone())
                {
                    open.push(path);
                }
            }
        }
        found.into_iter().collect()
    }

    /// The C files in a folder, by their paths.
    pub fn sources_in(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".c"))
            .map(|name| join(folder, &name))
            .collect();
        names.sort();
        names
    }

    /// The text of the Kconfig files of a folder and those above it.
    pub fn kconfig(&self, folder: &str) -> String {
        let mut text = String::new();
        let mut folder = Some(folder);
        while let Some(here) = folder {
            text += &self.text(&join(here, "Kconfig")).unwrap_or_default();
            folder = here.rsplit_once('/').map(|(above, _)| above);
        }
        text
    }
}

/// A path's folder and its last part.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Puts a path behind a folder.
pub fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A path without `.` and `..`, unless it leads out of the tree.
pub fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(normalize("a/b/../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(normalize("a/../../b"), None);
        assert_eq!(split("a/b/c.c"), ("a/b", "c.c"));
        assert_eq!(join("", "x.c"), "x.c");
    }

    #[test]
    fn private_headers_are_followed_and_cores_are_not() {
        let root = std::env::temp_dir().join(format!("xtask-{}-private", std::process::id()));
        let write = |path: &str, text: &str| {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("include/linux/x.h", "");
        write("drivers/pinctrl/core.h", "");
        write("include/dt-bindings/clock/no-such-chip.h", "#include <linux/mfd/no-such-chip/registers.h>\n");
        write("include/linux/mfd/no-such-chip/registers.h", "");
        write("include/linux/mfd/core.h", "");
        write("include/dt-bindings/gpio/gpio.h", "");
        write("drivers/pinctrl/s/Makefile", "obj-$(CONFIG_A) += a.o\nccflags-y += -I$(src)/more\n");
        write(
            "drivers/pinctrl/s/a.c",
            "#include <linux/x.h>\n#include \"../core.h\"\n#include \"b.h\"\n#include <c.h>\n\
             #include <dt-bindings/clock/no-such-chip.h>\n#include <linux/mfd/core.h>\n\
             #include <dt-bindings/gpio/gpio.h>\n",
        );
        write("drivers/pinctrl/s/b.h", "#include \"d.h\"\n#include \"b.h\"\n");
        write("drivers/pinctrl/s/d.h", "");
        write("drivers/pinctrl/s/more/c.h", "");
        let path = root.join("drivers/pinctrl/s/a.c");
        let (tree, source) = Tree::locate(&path.display().to_string(), None).unwrap();
        assert!(tree.linux);
        assert_eq!(source, "drivers/pinctrl/s/a.c");
        let (module, include) = tree.module(&source);
        assert_eq!(module.option.as_deref(), Some("A"));
        assert_eq!(
            tree.private_headers(&[source], &include),
            [
                "drivers/pinctrl/s/b.h",
                "drivers/pinctrl/s/d.h",
                "drivers/pinctrl/s/more/c.h",
                "include/dt-bindings/clock/no-such-chip.h",
                "include/linux/mfd/no-such-chip/registers.h",
            ]
        );
        fs::remove_dir_all(root).unwrap();
    }
}
