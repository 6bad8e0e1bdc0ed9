// SPDX-License-Identifier: GPL-2.0-only
//! Ciphers, hashes and random numbers that devices make: what there is, and doing it.
//!
//! An algorithm has a name, `cbc(aes)`, and a driver's name, `cbc-aes-sun8i-ce`. Of several of one name the one of the
//! highest priority is taken; by its driver's name each can be had.

use crate::Fault;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use kernel::sync::SpinLock;

/// What an algorithm does, with sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Encrypts and decrypts whole blocks.
    Cipher {
        /// The shortest and the longest key.
        keys: (usize, usize),
        /// The initialization vector; 0 for none.
        iv: usize,
    },
    /// Encrypts and decrypts, and authenticates.
    Aead {
        /// The initialization vector.
        iv: usize,
        /// The longest tag.
        tag: usize,
    },
    /// Makes a digest of data.
    Hash {
        /// The digest.
        digest: usize,
        /// It needs a key.
        keyed: bool,
    },
    /// Makes random numbers.
    Random {
        /// The seed that it wants; 0 for none.
        seed: usize,
    },
}

/// An algorithm, as its driver describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// What everybody calls it.
    pub name: String,
    /// What it is called by this driver.
    pub driver: String,
    /// The highest is taken.
    pub priority: i32,
    /// Data comes in multiples of this many bytes.
    pub block: usize,
    /// Some requests are handed to another algorithm, in software.
    pub needs_fallback: bool,
    /// What it does.
    pub kind: Kind,
}

/// A cipher's work: data is replaced in place, and the vector by the one for what follows.
pub struct Cipher<'a> {
    /// The key.
    pub key: &'a [u8],
    /// The initialization vector.
    pub iv: &'a mut [u8],
    /// What is to be encrypted or decrypted.
    pub data: &'a mut [u8],
    /// Encrypt; else decrypt.
    pub encrypt: bool,
}

/// What a driver does for its algorithm. Context of all: sleeps.
pub trait Engine: Send + Sync {
    /// Encrypts or decrypts.
    ///
    /// # Errors
    /// [`Fault::Invalid`]: a key, a vector or data of a wrong length; [`Fault::NotSupported`]; or the device's.
    fn cipher(&self, _job: &mut Cipher<'_>) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// Makes the digest of `data`, for which `to` has room.
    ///
    /// # Errors
    /// As for [`cipher`](Self::cipher).
    fn digest(&self, _key: Option<&[u8]>, _data: &[u8], _to: &mut [u8]) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// Fills `to` with random numbers.
    ///
    /// # Errors
    /// As for [`cipher`](Self::cipher).
    fn random(&self, _to: &mut [u8]) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
}

/// A registered algorithm.
pub struct Algorithm {
    info: Info,
    engine: Box<dyn Engine>,
}

/// By name, and the best first.
static ALL: SpinLock<Vec<Arc<Algorithm>>> = SpinLock::new(Vec::new());

impl Algorithm {
    /// What it is.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Encrypts or decrypts. Context: sleeps.
    ///
    /// # Errors
    /// As for [`Engine::cipher`].
    pub fn cipher(&self, job: &mut Cipher<'_>) -> Result<(), Fault> {
        let Kind::Cipher { keys, iv } = self.info.kind else { return Err(Fault::NotSupported) };
        let fits = (keys.0..=keys.1).contains(&job.key.len())
            && job.iv.len() == iv
            && job.data.len().is_multiple_of(self.info.block.max(1));
        if !fits {
            return Err(Fault::Invalid);
        }
        if job.data.is_empty() { Ok(()) } else { self.engine.cipher(job) }
    }

    /// The digest of `data`. Context: sleeps.
    ///
    /// # Errors
    /// As for [`Engine::digest`].
    pub fn digest(&self, key: Option<&[u8]>, data: &[u8]) -> Result<Vec<u8>, Fault> {
        let Kind::Hash { digest, keyed } = self.info.kind else { return Err(Fault::NotSupported) };
        if keyed && key.is_none() {
            return Err(Fault::Invalid);
        }
        let mut to = alloc::vec![0; digest];
        self.engine.digest(key, data, &mut to)?;
        Ok(to)
    }

    /// Fills `to` with random numbers. Context: sleeps.
    ///
    /// # Errors
    /// As for [`Engine::random`].
    pub fn random(&self, to: &mut [u8]) -> Result<(), Fault> {
        match self.info.kind {
            Kind::Random { .. } => self.engine.random(to),
            _ => Err(Fault::NotSupported),
        }
    }
}

/// Registers an algorithm. Context: may allocate.
///
/// # Errors
/// [`Fault::Busy`]: another one has the driver's name; [`Fault::Invalid`]: it has no name.
pub fn register(info: Info, engine: Box<dyn Engine>) -> Result<Arc<Algorithm>, Fault> {
    if info.name.is_empty() || info.driver.is_empty() {
        return Err(Fault::Invalid);
    }
    let made = Arc::new(Algorithm { info, engine });
    let mut all = ALL.lock();
    if all.iter().any(|other| other.info.driver == made.info.driver) {
        return Err(Fault::Busy);
    }
    let place = |a: &Info, b: &Info| a.name.cmp(&b.name).then(b.priority.cmp(&a.priority));
    let at = all.partition_point(|other| place(&other.info, &made.info).is_le());
    all.insert(at, Arc::clone(&made));
    Ok(made)
}

/// Takes an algorithm away. Context: may free.
pub fn unregister(algorithm: &Arc<Algorithm>) {
    let mut all = ALL.lock();
    let at = all.iter().position(|other| Arc::ptr_eq(other, algorithm));
    let gone = at.map(|at| all.remove(at));
    drop(all);
    drop(gone);
}

/// All algorithms, by name, the best of each first. Context: may allocate.
pub fn list() -> Vec<Arc<Algorithm>> {
    ALL.lock().clone()
}

/// The algorithm of that driver's name, or the best of that name.
pub fn find(name: &str) -> Option<Arc<Algorithm>> {
    let all = ALL.lock();
    let exact = all.iter().find(|a| a.info.driver == name);
    exact.or_else(|| all.iter().find(|a| a.info.name == name)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds the key to each byte, or takes it away; the digest is the sum.
    struct Toy;

    impl Engine for Toy {
        fn cipher(&self, job: &mut Cipher<'_>) -> Result<(), Fault> {
            let key = job.key[0];
            for byte in job.data.iter_mut() {
                *byte = if job.encrypt { byte.wrapping_add(key) } else { byte.wrapping_sub(key) };
            }
            Ok(())
        }
        fn digest(&self, key: Option<&[u8]>, data: &[u8], to: &mut [u8]) -> Result<(), Fault> {
            let start = key.map_or(0, |key| key[0]);
            to.fill(data.iter().fold(start, |sum, byte| sum.wrapping_add(*byte)));
            Ok(())
        }
    }

    fn info(name: &str, driver: &str, priority: i32, kind: Kind) -> Info {
        let (name, driver) = (name.into(), driver.into());
        Info { name, driver, priority, block: 4, needs_fallback: false, kind }
    }

    #[test]
    fn the_best_is_taken_and_sizes_are_checked() {
        let cipher = Kind::Cipher { keys: (1, 2), iv: 0 };
        let slow = register(info("toy", "toy-soft", 100, cipher), Box::new(Toy)).unwrap();
        let fast = register(info("toy", "toy-chip", 300, cipher), Box::new(Toy)).unwrap();
        let hash = Kind::Hash { digest: 2, keyed: true };
        let sum = register(info("sum", "sum-chip", 300, hash), Box::new(Toy)).unwrap();
        assert_eq!(register(info("else", "toy-chip", 1, hash), Box::new(Toy)).err(), Some(Fault::Busy));
        assert_eq!(register(info("", "x", 1, hash), Box::new(Toy)).err(), Some(Fault::Invalid));
        let names: Vec<_> = list().iter().map(|a| a.info().driver.clone()).collect();
        assert_eq!(names, ["sum-chip", "toy-chip", "toy-soft"]);
        let found = find("toy").unwrap();
        assert!(Arc::ptr_eq(&found, &fast) && Arc::ptr_eq(&find("toy-soft").unwrap(), &slow));
        let mut data = *b"abcdefgh";
        let run = |key: &[u8], iv: &mut [u8], data: &mut [u8], encrypt| {
            found.cipher(&mut Cipher { key, iv, data, encrypt })
        };
        assert_eq!(run(&[1], &mut [], &mut data, true), Ok(()));
        assert_eq!(&data, b"bcdefghi");
        assert_eq!(run(&[1], &mut [], &mut data, false), Ok(()));
        assert_eq!(&data, b"abcdefgh");
        assert_eq!(run(&[1], &mut [], &mut data[..3], true), Err(Fault::Invalid));
        assert_eq!(run(&[1; 3], &mut [], &mut data, true), Err(Fault::Invalid));
        assert_eq!(run(&[1], &mut [0], &mut data, true), Err(Fault::Invalid));
        assert_eq!(sum.digest(None, b"ab"), Err(Fault::Invalid));
        assert_eq!(sum.digest(Some(&[1]), &[2, 3]), Ok(vec![6, 6]));
        assert_eq!(
            (sum.random(&mut [0]), found.digest(None, b"")),
            (Err(Fault::NotSupported), Err(Fault::NotSupported))
        );
        [&slow, &fast, &sum].into_iter().for_each(unregister);
        assert!(find("toy").is_none() && list().is_empty());
    }
}
