// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the loader with made-up images.

use std::cell::RefCell;

use super::*;
use crate::bundle::Bundle;
use crate::bundle::tests::archive;
use guest_config::testing::{BINDINGS, guest_dts};

/// RAM of a test guest: one region.
pub(crate) struct Ram {
    base: u64,
    bytes: RefCell<Vec<u8>>,
    writes: RefCell<usize>,
}

impl Ram {
    pub(crate) fn of(config: &GuestConfig) -> Self {
        let region = config.memory[0];
        let bytes = RefCell::new(vec![0xee; region.size() as usize]);
        Self { base: region.base().0, bytes, writes: RefCell::new(0) }
    }

    fn range(&self, at: GuestPhysAddr, length: u64) -> Result<core::ops::Range<usize>, OutsideRam> {
        let start = at.0.checked_sub(self.base).ok_or(OutsideRam)?;
        let end = start.checked_add(length).filter(|end| *end <= self.bytes.borrow().len() as u64);
        Ok(start as usize..end.ok_or(OutsideRam)? as usize)
    }

    fn read(&self, at: u64, length: usize) -> Vec<u8> {
        let start = (at - self.base) as usize;
        self.bytes.borrow()[start..start + length].to_vec()
    }
}

impl GuestMemory for Ram {
    fn write(&self, at: GuestPhysAddr, data: &[u8]) -> Result<(), OutsideRam> {
        let range = self.range(at, data.len() as u64)?;
        *self.writes.borrow_mut() += 1;
        self.bytes.borrow_mut()[range].copy_from_slice(data);
        Ok(())
    }

    fn zero(&self, at: GuestPhysAddr, length: u64) -> Result<(), OutsideRam> {
        let range = self.range(at, length)?;
        self.bytes.borrow_mut()[range].fill(0);
        Ok(())
    }
}

/// An arm64 `Image` of `length` bytes.
pub(crate) fn image(length: usize, text_offset: u64, image_size: u64, flags: u64) -> Vec<u8> {
    let mut data: Vec<u8> = (0..length).map(|i| (i / 7) as u8).collect();
    data[8..16].copy_from_slice(&text_offset.to_le_bytes());
    data[16..24].copy_from_slice(&image_size.to_le_bytes());
    data[24..32].copy_from_slice(&flags.to_le_bytes());
    data[56..60].copy_from_slice(b"ARM\x64");
    data
}

/// A gzip file with a file name in its header.
pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3];
    file.extend_from_slice(b"Image\0");
    file.extend(miniz_oxide::deflate::compress_to_vec(data, 6));
    let crc = data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    });
    file.extend((!crc).to_le_bytes());
    file.extend((data.len() as u32).to_le_bytes());
    file
}

/// An ELF file with segments of (virtual, physical, bytes in file, bytes in memory).
pub(crate) fn elf_file(entry: u64, segments: &[(u64, u64, &[u8], u64)]) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend(2u16.to_le_bytes());
    file.extend(183u16.to_le_bytes());
    file.extend(1u32.to_le_bytes());
    [entry, 64, 0].iter().for_each(|field| file.extend(field.to_le_bytes()));
    file.extend(0u32.to_le_bytes());
    [64u16, 56, segments.len() as u16, 64, 0, 0].iter().for_each(|field| file.extend(field.to_le_bytes()));
    let mut offset = 64 + 56 * segments.len() as u64;
    for (virt, phys, data, size) in segments {
        file.extend(1u32.to_le_bytes());
        file.extend(7u32.to_le_bytes());
        let fields = [offset, *virt, *phys, data.len() as u64, *size, 4];
        fields.iter().for_each(|field| file.extend(field.to_le_bytes()));
        offset += data.len() as u64;
    }
    segments.iter().for_each(|(_, _, data, _)| file.extend_from_slice(data));
    file
}

const OPTIONS: LoadOptions<'static> = LoadOptions { rng_seed: &[7; 32], granules: Granules::ALL };

/// A guest of 32 MiB with these images.
fn config(images: &str) -> GuestConfig {
    let dtb = guest_dts(&format!("memory {{ size = <0x2000000>; }}; images {{ {images} }};"));
    GuestConfig::from_dtb("g", &dtb, BINDINGS).unwrap()
}

/// Loads a guest with these images from a bundle with these files.
#[track_caller]
fn load_with(images: &str, files: &[(&str, &[u8])]) -> Result<(Loaded, Ram), ImageError> {
    let config = config(images);
    let bytes = archive(files);
    let bundle = Bundle::open(&bytes);
    let ram = Ram::of(&config);
    load(&config, &bundle, &ram, &OPTIONS).map(|loaded| (loaded, ram))
}

const KERNEL: &str = "kernel { file = \"Image\"; };";

#[test]
fn an_image_and_an_initrd() {
    let kernel = image(300_000, 0, 0x50_0000, 0xa);
    let initrd = vec![0x5a; 100_000];
    let images = format!("{KERNEL} initrd {{ file = \"initrd\"; }};");
    let (loaded, ram) = load_with(&images, &[("Image", &kernel), ("initrd", &initrd)]).unwrap();
    assert_eq!(loaded.entry.0, 0x4000_0000);
    assert_eq!(ram.read(0x4000_0000, kernel.len()), kernel);
    let place = loaded.initrd.unwrap();
    assert_eq!((place.base().0, place.size()), (0x4050_0000, 100_000));
    assert_eq!(ram.read(place.base().0, initrd.len()), initrd);
    assert_eq!(loaded.dtb.base().0, 0x4060_0000);
    let dtb = ram.read(loaded.dtb.base().0, loaded.dtb.size() as usize);
    let (text, _) = guest_config::testing::dtc("dtb", "dts", &dtb);
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("linux,initrd-start = <0x00 0x40500000>;"), "{text}");
    assert!(text.contains("rng-seed = <0x7070707"), "{text}");
    assert_eq!(*ram.writes.borrow(), 3, "each file is copied in one go");
    let total: u64 = loaded.written.iter().map(GuestRange::size).sum();
    assert_eq!(total, 400_000 + loaded.dtb.size());
}

#[test]
fn an_old_image_has_a_text_offset() {
    let kernel = image(100_000, 0, 0, 0);
    let (loaded, _) = load_with(KERNEL, &[("Image", &kernel)]).unwrap();
    assert_eq!(loaded.entry.0, 0x4008_0000);
    let kernel = image(100_000, 0x8_0000, 0x18_0000, 0);
    let (loaded, _) = load_with(KERNEL, &[("Image", &kernel)]).unwrap();
    assert_eq!(loaded.entry.0, 0x4008_0000);
    assert_eq!(loaded.dtb.base().0, 0x4020_0000);
}

#[test]
fn a_gzip_image_is_inflated() {
    let kernel = image(1_000_003, 0, 0x20_0000, 0xa);
    let (loaded, ram) = load_with(KERNEL, &[("Image", &gzip(&kernel))]).unwrap();
    assert_eq!(ram.read(0x4000_0000, kernel.len()), kernel);
    assert_eq!(loaded.written[0], GuestRange::new(0x4000_0000, 1_000_003).unwrap());
    assert_eq!(ram.read(0x4000_0000 + 1_000_003, 1), [0xee], "nothing is written beyond the end");
}

#[test]
fn damaged_gzip_files_are_refused() {
    let whole = gzip(&image(200_000, 0, 0x20_0000, 0xa));
    let said = |file: &[u8]| load_with(KERNEL, &[("Image", file)]).map(|_| ()).unwrap_err().to_string();
    let mut bad = whole.clone();
    let crc = bad.len() - 8;
    bad[crc] ^= 1;
    assert!(said(&bad).contains("200000 bytes with checksum"), "{}", said(&bad));
    assert!(said(&whole[..whole.len() - 9]).contains("gzip"));
    let mut half = whole[..whole.len() / 2].to_vec();
    half.extend(200_000u32.to_le_bytes());
    assert!(said(&half).contains("damaged gzip data after"), "{}", said(&half));
    assert!(said(&whole[..12]).contains("gzip header"));
    let mut longer = whole.clone();
    let size = longer.len() - 4;
    longer[size..].copy_from_slice(&1000u32.to_le_bytes());
    assert!(said(&longer).contains("gzip"), "{}", said(&longer));
    assert!(said(&gzip(&elf_file(0, &[]))).contains("an ELF file in a gzip file"));
}

#[test]
fn elf_segments_go_where_they_belong() {
    let file = elf_file(
        0xffff_0000_0000_0004,
        &[(0xffff_0000_0000_0000, 0x4010_0000, b"text1234", 8), (0x5000, 0x4020_0000, b"data", 0x1000)],
    );
    let (loaded, ram) = load_with("kernel { file = \"k.elf\"; };", &[("k.elf", &file)]).unwrap();
    assert_eq!(loaded.entry.0, 0x4010_0004);
    assert_eq!(ram.read(0x4010_0000, 9), b"text1234\xee");
    assert_eq!(ram.read(0x4020_0000, 5), b"data\0");
    assert_eq!(ram.read(0x4020_0fff, 2), [0, 0xee]);
    assert_eq!(loaded.dtb.base().0, 0x4000_0000);
}

#[test]
fn wrong_elf_files_are_refused() {
    let kernel = "kernel { file = \"k\"; };";
    let said = |file: &[u8]| load_with(kernel, &[("k", file)]).map(|_| ()).unwrap_err().to_string();
    let good = elf_file(0x4000_0000, &[(0, 0x4000_0000, b"1234", 4)]);
    let mut other = good.clone();
    other[18] = 62;
    assert!(said(&other).contains("for machine 62"), "{}", said(&other));
    assert!(said(&good[..80]).contains("malformed ELF"));
    assert!(said(&elf_file(0, &[])).contains("no segment to load"));
    assert!(
        said(&elf_file(0, &[(0, 0x4000_0000, b"12345678", 4)]))
            .contains("a segment of 0x8 bytes, 0x4 in memory")
    );
    assert!(said(&elf_file(0, &[(0, u64::MAX - 2, b"1234", 4)])).contains("a segment of 0x4"));
    assert!(said(&elf_file(0, &[(0, 0x1000, b"1234", 4)])).contains("no RAM at 0x1000..0x1004"));
    let twice = elf_file(0, &[(0, 0x4000_0000, b"1234", 4), (0, 0x4000_0002, b"1234", 4)]);
    assert!(said(&twice).contains("another image at 0x40000002..0x40000006"));
    let outside = elf_file(0x123, &[(0x8000, 0x4000_0000, b"1234", 4)]);
    assert!(said(&outside).contains("an entry at 0x123"));
}

#[test]
fn kernels_that_cannot_run_here() {
    let said = |kernel: &[u8]| load_with(KERNEL, &[("Image", kernel)]).map(|_| ()).unwrap_err().to_string();
    assert!(said(&image(4096, 0, 0x1000, 1)).contains("a big-endian kernel"));
    assert!(said(&image(4096, 0, 0x300_0000, 0)).contains("no free 0x3000000 bytes in RAM"));
    assert!(said(&image(4096, 0, u64::MAX, 0)).contains("no free 0xffffffffffffffff bytes"));
    assert!(said(&image(4096, 0x1234, 0x1000, 0)).contains("a text offset of 0x1234"));
    assert!(said(b"what?").contains("a file that begins with [77, 68, 61, 74, 3f]"));
    assert!(said(b"").contains("an empty file"));
    let config = config(KERNEL);
    let bytes = archive(&[("Image", &image(4096, 0, 0x1000, 6))]);
    let options = LoadOptions { granules: Granules { k64: false, ..Granules::ALL }, ..OPTIONS };
    let error = load(&config, &Bundle::open(&bytes), &Ram::of(&config), &options).unwrap_err();
    assert!(error.to_string().contains("a kernel with 64 KiB pages"), "{error}");
}

#[test]
fn a_missing_file_is_told_with_what_there_is() {
    let config = config(KERNEL);
    let bytes = archive(&[("guests/g.dtb", b"x"), ("linux/Image", b"x")]);
    let error = check_files(&config, &Bundle::open(&bytes)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "guest g: /images/kernel: file 'Image': found no such file in the bundle, expected one of its files, such as: linux/Image"
    );
}

#[test]
fn fixed_places_are_kept_free() {
    let kernel = image(4096, 0, 0x10_0000, 0xa);
    let images = format!("{KERNEL} blob {{ file = \"blob\"; load-address = <0x40000000>; }};");
    let (loaded, ram) = load_with(&images, &[("Image", &kernel), ("blob", b"firmware")]).unwrap();
    assert_eq!(ram.read(0x4000_0000, 8), b"firmware");
    assert_eq!(loaded.entry.0, 0x4020_0000);
}

#[test]
fn raw_kernels_and_entries() {
    let images = "kernel { file = \"k\"; load-address = <0x40001000>; entry = <0x40001008>; };";
    let (loaded, ram) = load_with(images, &[("k", b"raw code, 16 byt")]).unwrap();
    assert_eq!(loaded.entry.0, 0x4000_1008);
    assert_eq!(ram.read(0x4000_1000, 3), b"raw");
    let (_, ram) =
        load_with("kernel { file = \"k\"; load-address = <0x40001000>; };", &[("k", &gzip(b"packed"))])
            .unwrap();
    assert_eq!(ram.read(0x4000_1000, 7), b"packed\xee");
    let wrong = image(4096, 0x8_0000, 0x10_0000, 0);
    let error =
        load_with("kernel { file = \"k\"; load-address = <0x40001000>; };", &[("k", &wrong)]).map(|_| ());
    assert!(error.unwrap_err().to_string().contains("a load address of 0x40001000"));
}

#[test]
fn reserved_memory_is_not_used() {
    let dtb = guest_dts(
        "memory { size = <0x2000000>; }; images { kernel { file = \"Image\"; }; };
         reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; a@40000000 { reg = <0 0x40000000 0 0x1000>; }; };",
    );
    let config = GuestConfig::from_dtb("g", &dtb, BINDINGS).unwrap();
    let bytes = archive(&[("Image", &image(4096, 0, 0x10_0000, 0xa))]);
    let loaded = load(&config, &Bundle::open(&bytes), &Ram::of(&config), &OPTIONS).unwrap();
    assert_eq!(loaded.entry.0, 0x4020_0000);
}

/// Files that are in memory; one is listed, but cannot be read.
struct Disk(Vec<(&'static str, Vec<u8>)>);

impl Files for Disk {
    fn size(&self, name: &str) -> Result<u64, String> {
        let file = self.0.iter().find(|(known, _)| *known == name);
        file.map(|(_, bytes)| bytes.len() as u64).ok_or_else(|| "no such file on the disk".to_string())
    }

    fn read(&self, name: &str, to: &mut [u8]) -> Result<(), String> {
        match self.0.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) if name != "broken" => to.copy_from_slice(bytes),
            _ => return Err("a disk that was pulled out".to_string()),
        }
        Ok(())
    }
}

#[test]
fn images_from_files() {
    let kernel = image(300_001, 0, 0x50_0000, 0xa);
    let disk = |files| -> alloc::sync::Arc<dyn Files> { alloc::sync::Arc::new(Disk(files)) };
    let files = disk(vec![("Image", kernel.clone()), ("initrd", vec![0x5a; 100]), ("broken", vec![1])]);
    let images = format!("{KERNEL} initrd {{ file = \"initrd\"; }};");
    let good = config(&images);
    check_files(&good, &files).unwrap();
    let ram = Ram::of(&good);
    let loaded = load(&good, &files, &ram, &OPTIONS).unwrap();
    assert_eq!(ram.read(loaded.entry.0, kernel.len()), kernel);
    assert_eq!(loaded.initrd.unwrap().size(), 100);
    let said = |file: &str| {
        let config = config(&format!("kernel {{ file = \"{file}\"; }};"));
        let early = check_files(&config, &files).map_err(|error| error.to_string());
        (early, load(&config, &files, &Ram::of(&config), &OPTIONS).map(|_| ()).unwrap_err().to_string())
    };
    let (early, late) = said("none");
    assert!(early.unwrap_err() == late && late.contains("no such file on the disk"), "{late}");
    let (early, late) = said("broken");
    assert!(early.is_ok() && late.contains("found a disk that was pulled out"), "{late}");
}
