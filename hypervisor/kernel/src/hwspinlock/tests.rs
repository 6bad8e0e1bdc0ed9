// SPDX-License-Identifier: GPL-2.0-only

use super::*;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

/// One registry for all tests.
static TURN: Mutex<()> = Mutex::new(());

/// The hardware: which locks somebody else has, how often was looked, and how many locks have users.
#[derive(Default)]
struct Model {
    held: AtomicU32,
    looks: AtomicU32,
    users: AtomicU32,
    /// The other processor lets go after so many looks.
    patience: AtomicU32,
    broken: AtomicBool,
}

impl BankOps for Arc<Model> {
    fn try_take(&self, index: u32) -> bool {
        self.held.fetch_or(1 << index, SeqCst) & 1 << index == 0
    }
    fn give(&self, index: u32) {
        self.held.fetch_and(!(1 << index), SeqCst);
    }
    fn relax(&self, index: u32) {
        if self.looks.fetch_add(1, SeqCst) + 1 == self.patience.load(SeqCst) {
            self.give(index);
        }
    }
    fn resume(&self) -> Result<()> {
        if self.broken.load(SeqCst) {
            return Err(Cause::Driver(5));
        }
        self.users.fetch_add(1, SeqCst);
        Ok(())
    }
    fn idle(&self) {
        self.users.fetch_sub(1, SeqCst);
    }
}

fn bank(base: u32, count: u32) -> (Arc<Bank>, Arc<Model>) {
    let model = Arc::new(Model::default());
    (register(base, count, Box::new(Arc::clone(&model))).unwrap(), model)
}

#[test]
fn each_lock_has_one_user() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let (low, model) = bank(4, 2);
    let (high, _) = bank(8, 8);
    let again = |base, count| register(base, count, Box::new(Arc::clone(&model))).err();
    assert_eq!(
        (again(3, 2), again(5, 1), again(0, 100)),
        (Some(Cause::Exists), Some(Cause::Exists), Some(Cause::Exists))
    );
    assert_eq!((again(0, 0), again(u32::MAX, 2)), (Some(Cause::Invalid), Some(Cause::Invalid)));
    let first = request(None).unwrap();
    let fifth = request(Some(5)).unwrap();
    assert_eq!((first.id(), fifth.id(), low.used(), model.users.load(SeqCst)), (4, 5, 2, 2));
    assert_eq!(request(Some(5)).err(), Some(Cause::Busy));
    assert_eq!(
        (request(Some(7)).err(), request(Some(16)).err()),
        (Some(Cause::NotFound), Some(Cause::NotFound))
    );
    assert_eq!(request(None).unwrap().id(), 8);
    assert_eq!(unregister(&low), Err(Cause::Busy));
    drop((first, fifth));
    assert_eq!(model.users.load(SeqCst), 0);
    model.broken.store(true, SeqCst);
    assert_eq!(
        (request(Some(4)).err(), low.used(), model.users.load(SeqCst)),
        (Some(Cause::Driver(5)), 0, 0)
    );
    assert_eq!(
        (unregister(&low), unregister(&low), unregister(&high)),
        (Ok(()), Err(Cause::NotFound), Ok(()))
    );
    assert_eq!((request(None).err(), list().len()), (Some(Cause::NotFound), 0));
}

#[test]
fn modes_mask_what_they_say() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    crate::fake::machine().run(|| {
        let (bank, model) = bank(0, 2);
        let lock = request(Some(1)).unwrap();
        let seen = |mode| {
            let before = lock.try_take(mode).unwrap();
            let seen = (arch::irq::masked(), percpu::in_atomic_context(), model.held.load(SeqCst));
            lock.give(mode, before);
            (seen, arch::irq::masked(), percpu::in_atomic_context(), model.held.load(SeqCst))
        };
        assert_eq!(seen(Mode::Preempt), ((false, true, 2), false, false, 0));
        assert_eq!(seen(Mode::Interrupts), ((true, true, 2), false, false, 0));
        assert_eq!(seen(Mode::Raw), ((false, false, 2), false, false, 0));
        // Masked before: masked after.
        let flags = arch::irq::save();
        assert_eq!(seen(Mode::Interrupts), ((true, true, 2), true, true, 0));
        arch::irq::restore(flags);
        // Another context of ours has it: the hardware is not asked.
        let before = lock.try_take(Mode::Preempt).unwrap();
        model.held.store(0, SeqCst);
        assert_eq!(lock.try_take(Mode::Interrupts), Err(Cause::Busy));
        assert!(!arch::irq::masked() && model.held.load(SeqCst) == 0);
        lock.give(Mode::Preempt, before);
        drop(lock);
        unregister(&bank).unwrap();
    });
}

#[test]
fn others_are_waited_for_and_not_for_ever() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    crate::fake::machine().run(|| {
        let (bank, model) = bank(0, 1);
        let lock = request(Some(0)).unwrap();
        model.held.store(1, SeqCst);
        model.patience.store(3, SeqCst);
        assert_eq!(lock.with(1000, || model.held.load(SeqCst)), Ok(1));
        assert_eq!((model.looks.load(SeqCst), model.held.load(SeqCst)), (3, 0));
        model.held.store(1, SeqCst);
        for mode in [Mode::Preempt, Mode::Interrupts, Mode::Raw, Mode::Atomic] {
            assert_eq!(lock.take_within(1, mode), Err(Cause::Busy));
            assert!(!percpu::in_atomic_context());
        }
        assert_eq!(lock.bust(1), Err(Cause::Unsupported));
        drop(lock);
        unregister(&bank).unwrap();
    });
}
