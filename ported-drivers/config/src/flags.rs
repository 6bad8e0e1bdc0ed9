// SPDX-License-Identifier: GPL-2.0-only
//! How C is compiled for the image: the one list of flags.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[cfg(doc)]
use crate::Set;
use crate::{Driver, Error};

/// What the machine and the image ask for. The image is position independent, runs at EL2 without
/// floating point, and is linked by lld with unused sections thrown away.
const MACHINE: &[&str] = &[
    "--target=aarch64-none-elf",
    "-march=armv8-a",
    "-mgeneral-regs-only",
    "-mno-outline-atomics",
    "-mstrict-align",
    "-fPIE",
    // All is linked into one image: no way round through an offset table.
    "-fdirect-access-external-data",
    "-fvisibility=hidden",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-omit-frame-pointer",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
];

/// The C that Linux is written in.
const LANGUAGE: &[&str] = &[
    "-std=gnu11",
    "-ffreestanding",
    "-nostdinc",
    "-funsigned-char",
    "-fshort-wchar",
    "-fno-common",
    "-fno-strict-aliasing",
    "-fwrapv",
    "-fno-delete-null-pointer-checks",
    "-Oz",
    "-D__KERNEL__",
];

/// Warnings as Linux has them, and the mistakes that it takes for errors.
const WARNINGS: &[&str] = &[
    "-Wall",
    "-Wundef",
    "-Werror=implicit-function-declaration",
    "-Werror=implicit-int",
    "-Werror=return-type",
    "-Werror=strict-prototypes",
    "-Werror=incompatible-pointer-types",
    "-Wno-gnu",
    "-Wno-trigraphs",
    "-Wno-frame-address",
    "-Wno-address-of-packed-member",
    "-Wno-pointer-sign",
    "-Wno-sign-compare",
    "-Wno-format-security",
    "-Wno-format-invalid-specifier",
    "-Wno-initializer-overrides",
    "-Wno-unused-const-variable",
    "-Wno-unused-but-set-variable",
    "-Wno-tautological-constant-out-of-range-compare",
    "-Wno-enum-enum-conversion",
    "-Wno-unused-command-line-argument",
];

/// For the driver bench: this machine, with as much of the image's way as it allows, and the address sanitizer.
const BENCH: &[&str] =
    &["-DFV_HOST", "-fPIC", "-g", "-fno-omit-frame-pointer", "-fno-stack-protector", "-fsanitize=address"];

/// The headers that precede every file, as in Linux.
const FORCED: &[&str] = &["include/linux/kconfig.h", "include/linux/compiler_types.h"];

/// The flags for any C file that sees our headers: drivers, `linux-compat/c`, and bindgen. `root` is the
/// root of the checkout.
pub fn c_flags(root: &Path) -> Vec<String> {
    flags_for(MACHINE, root)
}

/// As [`c_flags`], for the driver bench: C that runs on this machine, under the address sanitizer. What it calls of the
/// shim has the prefix [`BENCH_PREFIX`] once its objects went through [`bench_renames`].
pub fn bench_flags(root: &Path) -> Vec<String> {
    let mut flags = flags_for(BENCH, root);
    flags.push(format!("--target={}-linux-gnu", std::env::consts::ARCH));
    flags.push("-O1".into());
    flags
}

/// What names of the shim begin with on the bench, where the host's own library has many of them.
pub const BENCH_PREFIX: &str = "fv_host_";

/// Functions of the shim that the host's library does as well: there the address sanitizer looks at what they touch.
const BENCH_KEPT: &[&str] = &["memcpy", "memmove", "memset", "memcmp", "memchr"];

/// The name that one of the shim's exports has on the bench.
pub fn bench_name(name: &str) -> String {
    if BENCH_KEPT.contains(&name) { name.into() } else { format!("{BENCH_PREFIX}{name}") }
}

/// The text for `llvm-objcopy --redefine-syms`, by which C objects of the bench find these exports.
pub fn bench_renames<'a>(exports: impl IntoIterator<Item = &'a str>) -> String {
    let line = |name: &str| format!("{name} {}\n", bench_name(name));
    exports.into_iter().filter(|name| !BENCH_KEPT.contains(name)).map(line).collect()
}

fn flags_for(machine: &[&str], root: &Path) -> Vec<String> {
    let mut flags: Vec<String> =
        [machine, LANGUAGE, WARNINGS].concat().into_iter().map(str::to_owned).collect();
    for folder in ["include", "include/uapi"] {
        flags.push(format!("-I{}", root.join(folder).display()));
    }
    // What __FILE__ and debuggers see begins at the checkout, wherever that is.
    flags.push(format!("-ffile-prefix-map={}/=", root.display()));
    for header in FORCED {
        flags.extend(["-include".to_owned(), root.join(header).display().to_string()]);
    }
    flags
}

/// What one source of a driver gets besides: its module's name, and the options of all drivers of the
/// image ([`Set::config`]). `tree` is the folder that the driver's paths start at.
pub fn unit_flags(driver: &Driver, source: &str, tree: &Path, config: &BTreeSet<&str>) -> Vec<String> {
    let module = driver
        .module
        .clone()
        .unwrap_or_else(|| driver.sources.first().map_or_else(String::new, |first| stem(first)));
    let mut flags = vec![
        format!("-DKBUILD_MODNAME=\"{module}\""),
        format!("-DKBUILD_MODFILE=\"{module}\""),
        format!("-D__KBUILD_MODNAME=kmod_{module}"),
        format!("-DKBUILD_BASENAME=\"{}\"", stem(source)),
    ];
    flags.extend(driver.own_names.iter().map(|name| format!("-DFV_OWN_{}", name.to_uppercase())));
    flags.extend(config.iter().map(|option| match option.split_once('=') {
        Some((name, value)) => format!("-DCONFIG_{name}={value}"),
        None => format!("-DCONFIG_{option}=1"),
    }));
    flags.push(format!("-ffile-prefix-map={}/=", tree.display()));
    flags.extend(driver.include.iter().map(|folder| format!("-I{}", tree.join(folder).display())));
    flags
}

/// Where our own versions of headers are that Linux's cores keep for themselves, such as
/// `drivers/pinctrl/core.h`, from the root of the checkout. A driver that includes one by a path such as
/// `"../core.h"` gets ours.
pub const STAND_INS: &str = "include/drivers";

/// Copies our stand-ins into a folder that holds the sources of a driver of Linux.
///
/// # Errors
/// When they cannot be read or written.
pub fn copy_stand_ins(root: &Path, tree: &Path) -> Result<(), Error> {
    let folder = root.join(STAND_INS);
    if folder.is_dir() { copy(&folder, &tree.join("drivers")) } else { Ok(()) }
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::file(to))?;
    for entry in fs::read_dir(from).map_err(Error::file(from))? {
        let path = entry.map_err(Error::file(from))?.path();
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            fs::copy(&path, &to).map_err(Error::file(&to))?;
        }
    }
    Ok(())
}

/// A file's name as C can have it for a part of a name.
fn stem(source: &str) -> String {
    let name = source.rsplit('/').next().unwrap_or(source);
    name.trim_end_matches(".c").replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_modules() {
        assert_eq!(stem("drivers/mmc/host/sunxi-mmc.c"), "sunxi_mmc");
        assert_eq!(stem("8250_dw.c"), "8250_dw");
    }

    #[test]
    fn names_on_the_bench_are_not_those_of_the_host() {
        assert_eq!(
            bench_renames(["kfree", "memcpy", "strlen"]),
            "kfree fv_host_kfree\nstrlen fv_host_strlen\n"
        );
        let flags = bench_flags(Path::new("/x"));
        assert!(flags.contains(&"-DFV_HOST".into()) && !flags.iter().any(|flag| flag.contains("aarch64")));
    }

    #[test]
    fn headers_of_the_checkout_are_the_only_ones() {
        let flags = c_flags(Path::new("/x"));
        assert!(flags.contains(&"-nostdinc".into()));
        let folders: Vec<_> = flags.iter().filter(|flag| flag.starts_with("-I")).collect();
        assert_eq!(folders, ["-I/x/include", "-I/x/include/uapi"]);
    }
}
