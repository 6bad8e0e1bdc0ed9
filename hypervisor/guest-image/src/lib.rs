// SPDX-License-Identifier: GPL-2.0-only
//! Loading a guest: its images go from the bundle or from files into its memory, its device tree beside them.
//!
//! Files whose place the DTS gives come first, then the kernel, initrd and device tree into the lowest places that
//! are free. An arm64 `Image` gets a base at a multiple of 2 MiB and all the memory that its header asks for. Nothing
//! is written outside the guest's RAM or over something else. Everything here may sleep; it is called when a guest is
//! created and again when it is reset.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

extern crate alloc;

pub mod bundle;
mod detect;
mod elf;
mod gzip;
mod source;
mod space;

#[cfg(test)]
mod mutation;
#[cfg(test)]
mod tests;

pub use detect::{Granules, ImageHeader, Kind, detect};
pub use source::{Buffer, Contents, Files, Images, Missing};

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use arch::GuestPhysAddr;

use guest_config::{ConfigError, Format, GuestConfig, GuestRange, ImageConfig, Placement, Role};
use gzip::Inflater;
use space::Space;

/// Alignment of an initrd.
const INITRD_ALIGN: u64 = 0x1_0000;
/// Alignment of the device tree: at most 2 MiB big, it then lies in one block of 2 MiB (Linux, arm64 booting).
const DTB_ALIGN: u64 = 0x20_0000;
/// Alignment of an arm64 `Image`'s base.
const IMAGE_ALIGN: u64 = 0x20_0000;

/// The memory of a guest while it is loaded.
pub trait GuestMemory {
    /// Copies `data` to `at`, in one go. [`OutsideRam`] if not all of it lies in RAM; then nothing is written.
    fn write(&self, at: GuestPhysAddr, data: &[u8]) -> Result<(), OutsideRam>;

    /// Fills `length` bytes at `at` with zero. [`OutsideRam`] if not all of it lies in RAM; then nothing is written.
    fn zero(&self, at: GuestPhysAddr, length: u64) -> Result<(), OutsideRam>;
}

/// An address that is not in the guest's RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideRam;

/// What loading needs besides the configuration.
#[derive(Clone, Copy, Debug)]
pub struct LoadOptions<'a> {
    /// Random bytes for `/chosen/rng-seed`, fresh for every start; 32 are good.
    pub rng_seed: &'a [u8],
    /// Page sizes that the CPUs have, against which a kernel is checked.
    pub granules: Granules,
}

/// A loaded guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Where the first vCPU starts.
    pub entry: GuestPhysAddr,
    /// The guest's device tree; its address goes into X0.
    pub dtb: GuestRange,
    /// The initrd.
    pub initrd: Option<GuestRange>,
    /// What was written: to be cleaned to the point of coherency, since the guest starts with its MMU off.
    pub written: Vec<GuestRange>,
}

/// Why a guest cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// Something is wrong with a file, or with the place for it.
    File {
        /// Name of the guest.
        guest: String,
        /// Node in the guest's DTS.
        node: String,
        /// Name of the file in the bundle; empty if it is the generated device tree.
        file: String,
        /// What was found.
        found: String,
        /// What was expected, and what to do.
        expected: String,
    },
    /// The device tree of the guest cannot be made.
    Config(ConfigError),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageError::File { guest, node, file, found, expected } => {
                write!(f, "guest {guest}: {node}: ")?;
                if !file.is_empty() {
                    write!(f, "file '{file}': ")?;
                }
                write!(f, "found {found}, expected {expected}")
            }
            ImageError::Config(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ImageError {}

/// Checks that all files that a guest needs are there, without looking into them: told before memory is taken.
pub fn check_files(config: &GuestConfig, images: &dyn Images) -> Result<(), ImageError> {
    let check =
        |image: &ImageConfig| images.check(&image.file).map_err(|missing| problem(config, image, missing));
    config.images.iter().try_for_each(check)
}

/// Loads a guest's images and device tree into its memory.
pub fn load(
    config: &GuestConfig,
    images: &dyn Images,
    memory: &dyn GuestMemory,
    options: &LoadOptions<'_>,
) -> Result<Loaded, ImageError> {
    let mut loader =
        Loader { config, memory, granules: options.granules, space: Space::of(config), written: Vec::new() };
    let mut entry = None;
    let mut initrd = None;
    // Fixed places first, so that nothing is put where a later file has to go; then the kernel, then the rest.
    let turn = |image: &ImageConfig| match (image.load, image.role) {
        (Some(_), _) | (None, Role::Blob) => 0,
        (None, Role::Kernel) => 1,
        (None, Role::Initrd) => 2,
    };
    for now in 0..=2 {
        for image in config.images.iter().filter(|image| turn(image) == now) {
            let data = images.contents(&image.file).map_err(|missing| problem(config, image, missing))?;
            match image.role {
                Role::Kernel => entry = Some(loader.kernel(image, &data)?),
                Role::Initrd => initrd = Some(loader.plain(image, &data, INITRD_ALIGN)?),
                Role::Blob => loader.blob(image, &data)?,
            }
        }
    }
    let dtb = loader.device_tree(initrd, options.rng_seed)?;
    let entry = entry.ok_or_else(|| {
        loader.error_at(
            "/images",
            "",
            "no node 'kernel'".to_string(),
            "one that the guest starts in".to_string(),
        )
    })?;
    Ok(Loaded { entry, dtb, initrd, written: loader.written })
}

/// What is wrong with an image's file.
fn problem(config: &GuestConfig, image: &ImageConfig, missing: Missing) -> ImageError {
    ImageError::File {
        guest: config.name.clone(),
        node: image.path.clone(),
        file: image.file.clone(),
        found: missing.found,
        expected: missing.expected,
    }
}

/// A guest while it is loaded.
struct Loader<'a> {
    config: &'a GuestConfig,
    memory: &'a dyn GuestMemory,
    granules: Granules,
    space: Space<'a>,
    written: Vec<GuestRange>,
}

impl Loader<'_> {
    /// Loads the kernel; gives the address to start at.
    fn kernel(&mut self, image: &ImageConfig, data: &[u8]) -> Result<GuestPhysAddr, ImageError> {
        let kind = match image.format {
            Format::Auto => detect(data),
            Format::Image => detect(data).or_gzip(),
            Format::Elf => Kind::Elf,
            Format::Raw => Kind::Raw,
        };
        let entry = match kind {
            Kind::Elf => self.elf(image, data)?,
            Kind::Gzip => self.gzip(image, data)?,
            Kind::Image(header) => {
                self.image(image, &header, data.len() as u64, |loader, at, _| loader.put(image, at, data))?
            }
            Kind::Raw if image.format == Format::Image || image.load.is_none() => {
                let found = format!("a file that begins with {:02x?}", data.get(..8).unwrap_or(data));
                let expected =
                    "an arm64 Image (or one in gzip), an ELF file, or 'load-address' for a raw file";
                return Err(self.error(image, found, expected));
            }
            Kind::Raw => self.plain(image, data, 4)?.base(),
        };
        let entry = image.entry.unwrap_or(entry);
        let first = GuestRange::new(entry.0, 4).filter(|range| range.is_aligned(4));
        if first.is_none_or(|first| self.config.ram_at(&first).is_none()) {
            let found = format!("an entry at {:#x}", entry.0);
            return Err(self.error(image, found, "a multiple of 4 in the guest's RAM"));
        }
        Ok(entry)
    }

    /// Loads a file that is neither kernel nor initrd.
    fn blob(&mut self, image: &ImageConfig, data: &[u8]) -> Result<(), ImageError> {
        let is_elf =
            image.format == Format::Elf || (image.format == Format::Auto && detect(data) == Kind::Elf);
        match is_elf {
            true => self.elf(image, data).map(|_| ()),
            false => self.plain(image, data, 4).map(|_| ()),
        }
    }

    /// Copies a file as it is, to its own place or a free one at a multiple of `align`.
    fn plain(&mut self, image: &ImageConfig, data: &[u8], align: u64) -> Result<GuestRange, ImageError> {
        let range = self.claim(image, image.load, data.len() as u64, align)?;
        self.put(image, range.base(), data)?;
        Ok(range)
    }

    /// Places an arm64 `Image` of `length` bytes and has `write` copy it; the last argument of `write` is the
    /// memory that may be written.
    fn image(
        &mut self,
        image: &ImageConfig,
        header: &ImageHeader,
        length: u64,
        write: impl FnOnce(&mut Self, GuestPhysAddr, GuestRange) -> Result<(), ImageError>,
    ) -> Result<GuestPhysAddr, ImageError> {
        header.check(self.granules).map_err(|(found, expected)| self.error(image, found, expected))?;
        let offset = header.text_offset;
        let size = header.memory(length);
        let misplaced = |at: &GuestPhysAddr| !at.0.wrapping_sub(offset).is_multiple_of(IMAGE_ALIGN);
        if let Some(at) = image.load.filter(misplaced) {
            let expected = format!("{offset:#x} above a multiple of 2 MiB, as its header says");
            return Err(self.error(image, format!("a load address of {:#x}", at.0), &expected));
        }
        let range = match image.load {
            Some(_) => self.claim(image, image.load, size, 4)?,
            None => {
                let place = self.space.find(size, IMAGE_ALIGN, offset);
                self.claim(image, place.map(|range| range.base()), size, 4)?
            }
        };
        // Kernels with an offset may not be able to use what is below them.
        let below = range.base().0.saturating_sub(offset);
        GuestRange::new(below, offset).into_iter().for_each(|gap| self.space.take(gap));
        write(self, range.base(), range)?;
        Ok(range.base())
    }

    /// Loads an `Image` (or a raw file, if it has a load address) out of a gzip file.
    fn gzip(&mut self, image: &ImageConfig, data: &[u8]) -> Result<GuestPhysAddr, ImageError> {
        let guest = self.config;
        let failed = |text: String| file_error(guest, image, text, "a whole gzip file that is not damaged");
        let mut inflater = Inflater::new(data).map_err(failed)?;
        let length = inflater.claimed_length();
        let first = inflater.next_chunk().map_err(failed)?.unwrap_or_default();
        match detect(first) {
            Kind::Image(header) => self.image(image, &header, length, |loader, at, range| {
                loader.inflate(image, inflater, at, range.size())
            }),
            Kind::Raw if image.load.is_some() && image.format == Format::Auto => {
                let range = self.claim(image, image.load, length, 4)?;
                self.inflate(image, inflater, range.base(), range.size())?;
                Ok(range.base())
            }
            other => {
                let found = format!("{other} in a gzip file");
                Err(self.error(image, found, "an arm64 Image in it; other files uncompressed"))
            }
        }
    }

    /// Writes what an inflater gives, the current chunk first, to `at`, at most `room` bytes.
    fn inflate(
        &mut self,
        image: &ImageConfig,
        mut inflater: Inflater<'_>,
        at: GuestPhysAddr,
        room: u64,
    ) -> Result<(), ImageError> {
        let guest = self.config;
        let failed = |text: String| file_error(guest, image, text, "a whole gzip file that is not damaged");
        let mut done = 0u64;
        loop {
            let chunk = inflater.chunk();
            let total = done + chunk.len() as u64;
            if total > room {
                let found = format!("more than {room} bytes in the gzip file");
                return Err(self.error(
                    image,
                    found,
                    "the length that its last 4 bytes and the Image's header say",
                ));
            }
            if self.memory.write(GuestPhysAddr(at.0 + done), chunk).is_err() {
                return Err(self.outside(image, at.0 + done));
            }
            done = total;
            if inflater.next_chunk().map_err(failed)?.is_none() {
                break;
            }
        }
        self.written.extend(GuestRange::new(at.0, done));
        Ok(())
    }

    /// Loads the segments of an ELF file; gives its entry as a physical address.
    fn elf(&mut self, image: &ImageConfig, data: &[u8]) -> Result<GuestPhysAddr, ImageError> {
        let guest = self.config;
        let parsed =
            elf::parse(data).map_err(|(found, expected)| file_error(guest, image, found, expected))?;
        for segment in &parsed.segments {
            let range = self.claim(image, Some(GuestPhysAddr(segment.at)), segment.size, 1)?;
            self.put(image, range.base(), segment.data)?;
            let zeros = segment.size - segment.data.len() as u64;
            let from = GuestPhysAddr(segment.at + segment.data.len() as u64);
            if zeros > 0 && self.memory.zero(from, zeros).is_err() {
                return Err(self.outside(image, from.0));
            }
            self.written.extend(GuestRange::new(from.0, zeros));
        }
        Ok(GuestPhysAddr(parsed.entry))
    }

    /// Makes the guest's device tree and puts it into a free place.
    fn device_tree(&mut self, initrd: Option<GuestRange>, rng_seed: &[u8]) -> Result<GuestRange, ImageError> {
        let dtb = self.config.guest_dtb(&Placement { initrd, rng_seed }).map_err(ImageError::Config)?;
        let size = dtb.len() as u64;
        let no_room = || {
            let found = format!("no room for the device tree of {size} bytes");
            self.error_at("/memory", "", found, "more RAM".to_string())
        };
        let place = self
            .space
            .find(size, DTB_ALIGN, 0)
            .or_else(|| self.space.find(size, 8, 0))
            .ok_or_else(no_room)?;
        self.memory.write(place.base(), &dtb).map_err(|OutsideRam| no_room())?;
        self.space.take(place);
        self.written.push(place);
        Ok(place)
    }

    /// Takes the `size` bytes at `at`, or free ones at a multiple of `align`.
    fn claim(
        &mut self,
        image: &ImageConfig,
        at: Option<GuestPhysAddr>,
        size: u64,
        align: u64,
    ) -> Result<GuestRange, ImageError> {
        let found = match at {
            Some(at) => GuestRange::new(at.0, size).ok_or(format!("{size:#x} bytes at {:#x}", at.0)),
            None => self.space.find(size, align, 0).ok_or(format!("no free {size:#x} bytes in RAM")),
        };
        let range = found.map_err(|found| self.error(image, found, "more RAM, or a smaller file"))?;
        match self.space.blocking(&range) {
            None => {
                self.space.take(range);
                Ok(range)
            }
            Some(what) => {
                let expected = format!("room in RAM for {:#x} bytes", range.size());
                Err(self.error(image, format!("{what} at {range}"), &expected))
            }
        }
    }

    /// Copies `data` to `at`.
    fn put(&mut self, image: &ImageConfig, at: GuestPhysAddr, data: &[u8]) -> Result<(), ImageError> {
        if data.is_empty() {
            return Ok(());
        }
        self.memory.write(at, data).map_err(|OutsideRam| self.outside(image, at.0))?;
        self.written.extend(GuestRange::new(at.0, data.len() as u64));
        Ok(())
    }

    fn outside(&self, image: &ImageConfig, at: u64) -> ImageError {
        self.error(image, format!("no RAM at {at:#x}"), "the guest's RAM")
    }

    fn error(&self, image: &ImageConfig, found: String, expected: &str) -> ImageError {
        file_error(self.config, image, found, expected)
    }

    fn error_at(&self, node: &str, file: &str, found: String, expected: String) -> ImageError {
        ImageError::File {
            guest: self.config.name.clone(),
            node: node.to_string(),
            file: file.to_string(),
            found,
            expected,
        }
    }
}

/// An error about an image's file.
fn file_error(config: &GuestConfig, image: &ImageConfig, found: String, expected: &str) -> ImageError {
    ImageError::File {
        guest: config.name.clone(),
        node: image.path.clone(),
        file: image.file.clone(),
        found,
        expected: expected.to_string(),
    }
}
