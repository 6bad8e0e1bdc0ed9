// SPDX-License-Identifier: GPL-2.0-only
//! All guests: making them from the bundle or from files, finding and destroying them.

use crate::bundle::Bundle;
pub use crate::config::wants_start;
use crate::config::{ConfigError, Environment, GuestConfig, MAX_VCPUS};
use crate::device;
use crate::guest::{CreateError, Guest, LifecycleError};
use crate::host::{self, Resources};
use crate::image::Files;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use kernel::percpu;
use kernel::sync::{Mutex, SpinLock};

static GUESTS: SpinLock<Vec<Arc<Guest>>> = SpinLock::new(Vec::new());
/// Serializes making and destroying.
static CHANGES: Mutex<()> = Mutex::new(());

/// Why a guest could not be made, found or ended.
#[derive(Debug)]
pub enum Error {
    /// There is no guest of that name.
    NoGuest(String),
    /// There is one already.
    Exists(String),
    /// The bundle has no DTB for it.
    NotInBundle {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// Its DTS has problems.
    Config(ConfigError),
    /// It cannot be made.
    Create(CreateError),
    /// It cannot be started or ended.
    Lifecycle(LifecycleError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGuest(name) => write!(f, "there is no guest '{name}'; see `guest list`"),
            Self::Exists(name) => write!(f, "guest '{name}' exists already; destroy it first"),
            Self::NotInBundle { name, known } => {
                write!(f, "the bundle has no guests/{name}.dtb; it has: {known}")
            }
            Self::Config(error) => error.fmt(f),
            Self::Create(error) => error.fmt(f),
            Self::Lifecycle(error) => error.fmt(f),
        }
    }
}

/// All guests, in the order of their making. Context: may allocate.
pub fn list() -> Vec<Arc<Guest>> {
    GUESTS.lock().clone()
}

/// The guest `name`.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<Arc<Guest>, Error> {
    let found = GUESTS.lock().iter().find(|guest| guest.name() == name).cloned();
    found.ok_or_else(|| Error::NoGuest(name.to_string()))
}

/// Names of the guests in the bundle. Context: may allocate.
pub fn in_bundle() -> Vec<String> {
    Bundle::open(kernel::boot::bundle()).guests().map(|(name, _)| name.to_string()).collect()
}

/// Makes the guest `name` from the bundle; it is not started. Context: orphan; may sleep.
///
/// # Errors
/// It exists, is not in the bundle, its DTS has problems, or memory is short.
pub fn create(name: &str) -> Result<Arc<Guest>, Error> {
    let _serial = CHANGES.lock();
    let bundle = Bundle::open(kernel::boot::bundle());
    let Some((_, dtb)) = bundle.guests().find(|(guest, _)| *guest == name) else {
        let known: Vec<&str> = bundle.guests().map(|(guest, _)| guest).collect();
        let known = if known.is_empty() { "none".to_string() } else { known.join(", ") };
        return Err(Error::NotInBundle { name: name.to_string(), known });
    };
    create_from(name, dtb, None)
}

/// Makes the guest `name` of this DTB, with images that `files` reads, now and whenever it is started or reset; it is
/// not started. Context: orphan; may sleep.
///
/// # Errors
/// It exists, its DTB has problems, a file cannot be read, or memory is short.
pub fn create_from_files(name: &str, dtb: &[u8], files: Arc<dyn Files>) -> Result<Arc<Guest>, Error> {
    let _serial = CHANGES.lock();
    create_from(name, dtb, Some(files))
}

fn create_from(name: &str, dtb: &[u8], files: Option<Arc<dyn Files>>) -> Result<Arc<Guest>, Error> {
    if find(name).is_ok() {
        return Err(Error::Exists(name.to_string()));
    }
    let bindings = device::bindings();
    let environment = Environment {
        bindings: &bindings,
        gics: host::gics(),
        ipa_bits: host::guest_bits(),
        max_vcpus: MAX_VCPUS,
        host_cpus: percpu::cpu_count(),
        host: Some(&Resources),
    };
    let config = GuestConfig::parse(name, dtb, &environment).map_err(Error::Config)?;
    let guest = Guest::create(config, files).map_err(Error::Create)?;
    GUESTS.lock().push(guest.clone());
    Ok(guest)
}

/// Ends the guest `name` and frees what it had. Context: orphan; may sleep.
///
/// # Errors
/// There is none, or a vCPU does not stop.
pub fn destroy(name: &str) -> Result<(), Error> {
    let _serial = CHANGES.lock();
    let guest = find(name)?;
    guest.destroy().map_err(Error::Lifecycle)?;
    let mut guests = GUESTS.lock();
    let gone = guests.iter().position(|other| Arc::ptr_eq(other, &guest)).map(|place| guests.remove(place));
    drop(guests);
    drop(gone);
    Ok(())
}

/// Makes and starts the guests of the bundle that ask for it. Problems are logged, and the next one is tried. Context:
/// orphan; may sleep.
pub fn autostart() {
    let bundle = Bundle::open(kernel::boot::bundle());
    bundle.errors().iter().for_each(|error| log::error!("{error}"));
    for (name, dtb) in bundle.guests() {
        match wants_start(dtb) {
            false => continue,
            true => log::info!("starting guest {name}"),
        }
        let result = create_from(name, dtb, None).and_then(|guest| guest.start().map_err(Error::Lifecycle));
        if let Err(error) = result {
            log::error!("guest {name}: {error}");
        }
    }
}
