// SPDX-License-Identifier: GPL-2.0-only
//! The emulator's program: the installed one, or a copy in which texts are overwritten in place
//! (`machine.patch`), so that a machine becomes another one that it nearly is.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail, ensure};

use crate::{artifacts, project};

/// A text to overwrite and what to put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    old: String,
    new: String,
}

impl Patch {
    /// Reads `OLD=NEW`.
    ///
    /// # Errors
    /// When it is not of that form, or NEW is longer than OLD.
    pub fn parse(text: &str) -> Result<Patch> {
        let Some((old, new)) = text.split_once('=') else {
            bail!("machine.patch: \"{text}\" must be \"OLD=NEW\"");
        };
        ensure!(
            !old.is_empty() && !new.is_empty() && new.len() <= old.len(),
            "machine.patch: \"{text}\": NEW overwrites OLD in place, so it may not be longer, and neither is empty"
        );
        Ok(Patch { old: old.to_owned(), new: new.to_owned() })
    }
}

/// The program to run for these patches of `name`. With patches that is a copy in `.cache/emulators`, which
/// is made anew whenever the installed program changes.
///
/// # Errors
/// When the program is not installed, or is not as the patches expect it.
pub fn program(name: &str, patches: &[String]) -> Result<PathBuf> {
    if patches.is_empty() {
        return Ok(name.into());
    }
    let patches: Vec<Patch> = patches.iter().map(|text| Patch::parse(text)).collect::<Result<_>>()?;
    let installed =
        find(name).with_context(|| format!("there is no `{name}`; ./scripts/setup installs it"))?;
    derive(&installed, &patches, &project::cache().join("emulators"))
}

/// The file of a program, by the search path.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Makes or finds the copy of a program with these patches.
fn derive(installed: &Path, patches: &[Patch], folder: &Path) -> Result<PathBuf> {
    let installed =
        installed.canonicalize().with_context(|| format!("cannot find {}", installed.display()))?;
    let words: Vec<&str> =
        patches.iter().flat_map(|patch| [patch.old.as_str(), patch.new.as_str()]).collect();
    let name = installed.file_name().unwrap_or_default().to_string_lossy();
    let copy = folder.join(format!("{name}.{}", words.join(".").replace('/', "_")));
    // What the copy was made of stands beside it.
    let stamp = copy.with_added_extension("origin");
    let origin = identity(&installed)?;
    if copy.is_file() && fs::read_to_string(&stamp).is_ok_and(|known| known == origin) {
        return Ok(copy);
    }
    let mut program = fs::read(&installed).with_context(|| format!("cannot read {}", installed.display()))?;
    for patch in patches {
        overwrite(&mut program, patch).with_context(|| {
            format!(
                "{} cannot be made into the emulator of this board (machine.patch in its board.toml). \
                 It is known to work with QEMU 10.0",
                installed.display()
            )
        })?;
    }
    eprintln!(
        "deriving the board's emulator from {}: {} -> {}",
        installed.display(),
        patches
            .iter()
            .map(|patch| format!("`{}` becomes `{}`", patch.old, patch.new))
            .collect::<Vec<_>>()
            .join(", "),
        project::shown(&copy)
    );
    let _ = fs::remove_file(&stamp);
    artifacts::store_program(&copy, &program)?;
    artifacts::store(&stamp, origin.as_bytes())?;
    Ok(copy)
}

/// What tells one state of a program from another.
fn identity(program: &Path) -> Result<String> {
    let metadata = fs::metadata(program)?;
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mode = metadata.permissions().mode();
    Ok(format!(
        "{}\n{} bytes\nchanged {}\nmode {mode:o}\n",
        program.display(),
        metadata.len(),
        changed.as_nanos()
    ))
}

/// Overwrites the one place where the old text stands; what is left of it becomes NUL bytes.
fn overwrite(program: &mut [u8], patch: &Patch) -> Result<()> {
    let places: Vec<usize> = memchr::memmem::find_iter(program, patch.old.as_bytes()).collect();
    let [place] = places[..] else {
        bail!("the text `{}` stands in it {} times, and must exactly once", patch.old, places.len());
    };
    let target = &mut program[place..place + patch.old.len()];
    target.fill(0);
    target[..patch.new.len()].copy_from_slice(patch.new.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_read_and_checked() {
        let patch = Patch::parse("long-name=short").unwrap();
        assert_eq!((patch.old.as_str(), patch.new.as_str()), ("long-name", "short"));
        for wrong in ["", "a", "=b", "a=", "a=bc"] {
            assert!(Patch::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_overwritten_where_it_stands_once() {
        let patch = Patch::parse("old-name=new").unwrap();
        let mut program = *b"..old-name..";
        overwrite(&mut program, &patch).unwrap();
        assert_eq!(&program, b"..new\0\0\0\0\0..");
        assert!(overwrite(&mut program, &patch).unwrap_err().to_string().contains("0 times"));
        assert!(
            overwrite(&mut b"old-name old-name".to_vec(), &patch)
                .unwrap_err()
                .to_string()
                .contains("2 times")
        );
    }

    #[test]
    fn the_copy_follows_the_installed_program() {
        let folder = std::env::temp_dir().join(format!("ferrovisor-emulator-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let installed = folder.join("emulator");
        fs::write(&installed, "1 old-name").unwrap();
        fs::set_permissions(&installed, fs::Permissions::from_mode(0o755)).unwrap();
        let patches = [Patch::parse("old-name=new").unwrap()];
        let copy = derive(&installed, &patches, &folder.join("copies")).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), b"1 new\0\0\0\0\0");
        assert_ne!(fs::metadata(&copy).unwrap().permissions().mode() & 0o111, 0, "it can be run");
        fs::write(&installed, "version 2 old-name").unwrap();
        assert_eq!(derive(&installed, &patches, &folder.join("copies")).unwrap(), copy);
        assert_eq!(fs::read(&copy).unwrap(), b"version 2 new\0\0\0\0\0");
        fs::write(&installed, "version 3").unwrap();
        assert!(derive(&installed, &patches, &folder.join("copies")).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
