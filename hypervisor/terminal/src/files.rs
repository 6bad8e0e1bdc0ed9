// SPDX-License-Identifier: GPL-2.0-only
//! Guests from files on disks, laid out as in a bundle: `guests/NAME.dtb` in a folder is the guest NAME, and the images
//! that it names are in that folder too.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use kernel::sched::{self, Params};
use kernel::time::{self, NS_PER_SEC};
use vmm::bundle;
use vmm::guest::Guest;
use vmm::image::Files;
use vmm::manager;

/// The largest device tree of a guest.
const MAX_DTB: usize = 2 << 20;
/// How long the disk that guests are started from may take to appear: its driver may wait for others.
const PATIENCE_NS: u64 = 20 * NS_PER_SEC;
/// How often it is looked for.
const INTERVAL_NS: u64 = NS_PER_SEC / 20;

/// A folder of a disk: `VOLUME:/PATH`.
struct Folder(String);

impl Folder {
    fn open(&self, name: &str) -> Result<io::fs::File, String> {
        io::fs::open(&format!("{}/{name}", self.0)).map_err(|error| error.to_string())
    }
}

impl Files for Folder {
    fn size(&self, name: &str) -> Result<u64, String> {
        self.open(name).map(|file| file.size())
    }

    fn read(&self, name: &str, to: &mut [u8]) -> Result<(), String> {
        self.open(name)?.read_at(0, to).map_err(|error| error.to_string())
    }
}

/// Whether this is the name of a file on a disk rather than that of a guest.
pub fn is_path(text: &str) -> bool {
    text.contains(':')
}

/// The folder, and the guest's name, of `VOLUME:/PATH/guests/NAME.dtb`. Where the DTB is in another folder than
/// `guests`, the images are beside it.
fn split(path: &str) -> Option<(&str, &str)> {
    let (folder, file) = path.rsplit_once('/')?;
    let name = file.strip_suffix(".dtb").filter(|name| bundle::is_guest_name(name))?;
    Some((folder.strip_suffix("/guests").unwrap_or(folder), name))
}

/// Makes a guest of the DTB in a file: `VOLUME:/PATH/NAME.dtb`. Context: orphan; may sleep.
///
/// # Errors
/// The file has no such name, or cannot be read; or the guest cannot be made.
pub fn create(path: &str) -> Result<Arc<Guest>, String> {
    let expected = || format!("'{path}' is not of the form VOLUME:/PATH/NAME.dtb with the guest's NAME");
    let (folder, name) = split(path).ok_or_else(expected)?;
    let dtb = io::fs::read_file(path, MAX_DTB).map_err(shown)?;
    manager::create_from_files(name, &dtb, Arc::new(Folder(folder.to_string()))).map_err(shown)
}

fn shown(error: impl fmt::Display) -> String {
    error.to_string()
}

/// Has the guests in `VOLUME:/PATH/guests/` that ask for it made and started, as soon as the disk is there. Context: may
/// allocate.
///
/// # Errors
/// There is no memory for the vCPU that does it.
pub fn autostart(folder: &'static str) -> kernel::error::Result<()> {
    sched::spawn("guests", Params::default(), move || {
        if let Err(error) = start_all(folder) {
            log::error!("no guests from {folder}: {error}");
        }
    })
    .map(drop)
}

fn start_all(folder: &str) -> Result<(), String> {
    let guests = format!("{folder}/guests");
    for name in wait_for(&guests).map_err(shown)? {
        let path = format!("{guests}/{name}");
        let dtb = io::fs::read_file(&path, MAX_DTB).map_err(shown)?;
        if !manager::wants_start(&dtb) {
            continue;
        }
        log::info!("starting {path}");
        let started = create(&path).and_then(|guest| guest.start().map_err(shown));
        if let Err(error) = started {
            log::error!("{path}: {error}");
        }
    }
    Ok(())
}

/// The names of the DTBs in a directory, as soon as its disk is there.
fn wait_for(directory: &str) -> io::Result<Vec<String>> {
    let end = time::now_ns().saturating_add(PATIENCE_NS);
    loop {
        match io::fs::list(directory) {
            Ok(entries) => {
                let names = entries.into_iter().map(|entry| entry.name);
                return Ok(names.filter(|name| name.ends_with(".dtb")).collect());
            }
            Err(io::Error::NoDisk { .. }) if time::now_ns() < end => sched::sleep_ns(INTERVAL_NS),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(split("mmc0p2:/boot/guests/linux0.dtb"), Some(("mmc0p2:/boot", "linux0")));
        assert_eq!(split("mmc0p2:/guests/a.b.dtb"), Some(("mmc0p2:", "a.b")));
        assert_eq!(split("mmc0p2:/x/a.dtb"), Some(("mmc0p2:/x", "a")));
        assert_eq!(split("mmc0p2:/a.dts"), None);
        assert_eq!(split("mmc0p2:/bad name.dtb"), None);
        assert!(is_path("mmc0p1:/x") && !is_path("linux0"));
    }

    #[test]
    fn without_a_disk() {
        assert!(create("mmc0p1:/a.dtb").err().unwrap().starts_with("no disk 'mmc0p1': there are "));
        assert!(create("mmc0p1:/a").err().unwrap().contains("VOLUME:/PATH/NAME.dtb"));
    }
}
