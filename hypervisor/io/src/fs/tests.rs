// SPDX-License-Identifier: GPL-2.0-only
//! File systems made by other programs, read; then damaged, and read again.

use super::*;
use crate::block::{self, testing::disk};
use std::io::{Cursor, Write};
use std::process::Command;
use std::vec::Vec;

/// Contents of a file of `len` bytes.
fn contents(len: usize) -> Vec<u8> {
    (0..len as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

const LONG_NAME: &str = "A long name with spaces, and more than one slot of it.text";

/// A FAT image, made by the crate `fatfs`.
fn fat(bits: u8) -> Vec<u8> {
    let (kind, size) = match bits {
        12 => (fatfs::FatType::Fat12, 1 << 20),
        16 => (fatfs::FatType::Fat16, 16 << 20),
        _ => (fatfs::FatType::Fat32, 40 << 20),
    };
    let mut image = vec![0; size];
    let options = fatfs::FormatVolumeOptions::new().fat_type(kind).bytes_per_cluster(if bits == 16 {
        2048
    } else {
        512
    });
    fatfs::format_volume(Cursor::new(&mut image), options).unwrap();
    {
        let fs = fatfs::FileSystem::new(Cursor::new(&mut image), fatfs::FsOptions::new()).unwrap();
        let root = fs.root_dir();
        root.create_file("empty").unwrap();
        let boot = root.create_dir("boot").unwrap();
        // Two files written in turns are in pieces.
        let mut one = boot.create_file("Image").unwrap();
        let mut two = boot.create_file(LONG_NAME).unwrap();
        for piece in contents(150_000).chunks(7000) {
            one.write_all(piece).unwrap();
            two.write_all(piece.get(..1000).unwrap_or(piece)).unwrap();
        }
        (0..100).for_each(|n| drop(boot.create_file(&format!("filler number {n}")).unwrap()));
    }
    image
}

/// An ext4 image, made by `mke2fs`.
fn ext4(options: &[&str], name: &str) -> Vec<u8> {
    let dir = std::env::temp_dir().join(format!("ferrovisor-io-{name}-{}", std::process::id()));
    let tree = dir.join("tree");
    std::fs::create_dir_all(tree.join("boot")).unwrap();
    std::fs::write(tree.join("boot/Image"), contents(150_000)).unwrap();
    std::fs::write(tree.join("empty"), []).unwrap();
    std::fs::write(tree.join("boot").join(LONG_NAME), contents(22_000)).unwrap();
    std::os::unix::fs::symlink("boot/Image", tree.join("kernel")).unwrap();
    let image = dir.join("image");
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let made = Command::new("mke2fs")
        .env("PATH", path)
        .args(["-q", "-F"])
        .args(options)
        .arg("-d")
        .args([&tree, &image])
        .arg("4M")
        .status()
        .expect("mke2fs of e2fsprogs");
    assert!(made.success());
    let data = std::fs::read(&image).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    data
}

/// Reads all that there is on a disk with this image; gives the number of errors.
fn read_everything(name: &str, image: Vec<u8>) -> usize {
    let (device, _) = disk(name, image);
    block::register(device.clone()).unwrap();
    let mut errors = 0;
    for dir in ["/", "/boot"] {
        match list(&format!("{name}:{dir}")) {
            Ok(entries) => {
                for entry in entries.iter().filter(|e| e.kind == EntryKind::File).take(8) {
                    errors +=
                        usize::from(read_file(&format!("{name}:{dir}/{}", entry.name), 1 << 20).is_err());
                }
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                errors += 1;
            }
        }
    }
    block::unregister(&device);
    errors
}

fn check(name: &str, image: Vec<u8>, kind: &str) {
    let (device, _) = disk(name, image);
    block::register(device.clone()).unwrap();
    assert_eq!(identify(name).unwrap().name(), kind);
    let at = |path: &str| format!("{name}:{path}");
    assert!(read_file(&at("/boot/Image"), 1 << 20).unwrap() == contents(150_000));
    assert!(read_file(&at("/boot/Image"), 1 << 17).unwrap_err().to_string().contains("too large"));
    assert_eq!(read_file(&at("//./boot/../empty"), 10).unwrap(), []);
    let mut file = open(&at(&format!("/boot/{LONG_NAME}"))).unwrap();
    assert_eq!(file.size(), 22_000);
    let mut part = [0; 100];
    for offset in [21_900, 0, 100, 5000] {
        file.read_at(offset, &mut part).unwrap();
    }
    assert!(file.read_at(21_901, &mut part).is_err());
    let root = list(&at("")).unwrap();
    let names: Vec<_> = root.iter().map(|e| e.name.as_str()).collect();
    assert!(names.contains(&"boot") && names.contains(&"empty"), "{names:?}");
    let boot = list(&at("/boot")).unwrap();
    let image = boot.iter().find(|e| e.name == "Image").unwrap();
    assert_eq!((image.kind, image.size), (EntryKind::File, 150_000));
    assert!(boot.iter().any(|e| e.name == LONG_NAME));
    let error = |path: &str| open(&at(path)).err().unwrap().to_string();
    assert_eq!(error("/nothing"), format!("{name}:/nothing: there is no such file or directory"));
    assert_eq!(error("/boot"), format!("{name}:/boot: it is a directory"));
    assert!(error("/empty/x").ends_with("it is no directory"));
    assert!(list(&at("/empty")).unwrap_err().to_string().ends_with("it is no directory"));
    assert!(open(name).is_err() && open(&at("no-slash")).is_err());
    block::unregister(&device);
}

#[test]
fn fat_of_every_width() {
    check("fat12", fat(12), "FAT12");
    check("fat16", fat(16), "FAT16");
    check("fat32", fat(32), "FAT32");
}

#[test]
fn ext_of_every_age() {
    check("ext4", ext4(&["-t", "ext4"], "a"), "ext4");
    check("ext4k", ext4(&["-t", "ext4", "-b", "4096", "-O", "^metadata_csum"], "b"), "ext4");
    check("ext2", ext4(&["-t", "ext2"], "c"), "ext4");
    let (device, _) = disk("links", ext4(&["-t", "ext4"], "d"));
    block::register(device.clone()).unwrap();
    assert!(read_file("links:/kernel", 1 << 20).unwrap() == contents(150_000));
    assert_eq!(list("links:/").unwrap().iter().find(|e| e.name == "kernel").unwrap().kind, EntryKind::Link);
    block::unregister(&device);
}

#[test]
fn nothing_and_a_failing_disk() {
    let (device, inside) = disk("sick", fat(16));
    block::register(device.clone()).unwrap();
    inside.lock().unwrap().bad.push(0);
    assert!(list("sick:/").unwrap_err().to_string().contains("the device reports an error"));
    inside.lock().unwrap().bad.clear();
    assert!(list("sick:/").is_ok());
    block::unregister(&device);
    let (device, _) = disk("blank", vec![0; 65536]);
    block::register(device.clone()).unwrap();
    assert!(matches!(list("blank:/"), Err(Error::NoFileSystem { .. })));
    block::unregister(&device);
    assert!(list("blank:/").is_err());
}

/// Changes bytes where it matters: in the first 64 KiB and where the directories are.
fn mutate(name: &str, image: &[u8], rounds: usize) -> usize {
    let mut state = 0x1234_5678_9abc_def1u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let used: Vec<usize> = (0..image.len() / 512)
        .filter(|b| image[b * 512..][..512].iter().any(|byte| *byte != 0))
        .take(128)
        .collect();
    let mut errors = 0;
    for _ in 0..rounds {
        let mut image = image.to_vec();
        for _ in 0..1 + random(6) {
            let at = match random(3) {
                0 => random(64),
                _ => used[random(used.len())] * 512 + random(512),
            };
            let at = if name.starts_with("ext") && random(2) == 0 { 1024 + random(256) } else { at };
            image[at] = [0, 0xff, 1, 0x80, random(256) as u8][random(5)];
        }
        errors += read_everything(name, image);
    }
    errors
}

#[test]
fn damaged_file_systems_give_errors_and_never_panic() {
    assert_eq!(read_everything("fat12m", fat(12)), 0);
    assert!(mutate("fat12m", &fat(12), 600) > 20);
    assert!(mutate("fat16m", &fat(16), 40) > 2);
    assert!(mutate("ext4m", &ext4(&["-t", "ext4", "-O", "^metadata_csum"], "m"), 400) > 20);
    assert!(mutate("extsum", &ext4(&["-t", "ext4"], "n"), 100) > 20);
}

#[test]
fn hashes_are_sha256() {
    enable();
    let mut left = 200_000;
    let data = contents(left);
    let whole = hash(&mut |to: &mut [u8]| {
        let n = left.min(to.len());
        to[..n].copy_from_slice(&data[200_000 - left..][..n]);
        left -= n;
        Ok(n)
    });
    let mut once = Some(());
    let abc = hash(&mut |to: &mut [u8]| {
        to[..3].copy_from_slice(b"abc");
        Ok(once.take().map_or(0, |()| 3))
    });
    assert_eq!(abc.unwrap()[..4], [0xba, 0x78, 0x16, 0xbf]);
    use sha2::Digest;
    assert_eq!(whole.unwrap()[..], sha2::Sha256::digest(contents(200_000))[..]);
}
