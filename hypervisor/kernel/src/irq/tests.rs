// SPDX-License-Identifier: GPL-2.0-only
//! The table of handlers against a controller made of a queue.
use super::*;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// What the fake controller was told.
#[derive(Default)]
struct Log {
    pending: Vec<u32>,
    completed: Vec<(u32, bool)>,
    masked: Vec<u32>,
    unmasked: Vec<u32>,
    routed: Vec<(u32, CpuId)>,
    active_cleared: Vec<u32>,
    urgent: Vec<u32>,
    thresholds: Vec<u8>,
}

struct Fake(Mutex<Log>);

impl IrqChip for Fake {
    fn init_cpu(&self, _: CpuId) -> Result<()> {
        Ok(())
    }
    fn ack(&self) -> u32 {
        let mut log = self.0.lock().unwrap();
        let below = log.thresholds.last().copied().unwrap_or(soft::ALL);
        let urgent = log.urgent.clone();
        let priority = |intid| if urgent.contains(&intid) { TIMER_PRIORITY } else { DEFAULT_PRIORITY };
        match log.pending.iter().rposition(|&intid| priority(intid) < below) {
            Some(at) => log.pending.remove(at),
            None => 1023,
        }
    }
    fn complete(&self, ack: u32, deactivate: bool) {
        self.0.lock().unwrap().completed.push((ack, deactivate));
    }
    fn deactivate(&self, _: u32) {}
    fn mask(&self, intid: u32) {
        self.0.lock().unwrap().masked.push(intid);
    }
    fn unmask(&self, intid: u32) {
        self.0.lock().unwrap().unmasked.push(intid);
    }
    fn set_type(&self, _: u32, _: Trigger) {}
    fn set_threshold(&self, below: u8) {
        self.0.lock().unwrap().thresholds.push(below);
    }
    fn set_priority(&self, intid: u32, priority: u8) {
        if priority == TIMER_PRIORITY {
            self.0.lock().unwrap().urgent.push(intid);
        }
    }
    fn set_affinity(&self, intid: u32, cpu: CpuId) {
        self.0.lock().unwrap().routed.push((intid, cpu));
    }
    fn send_sgi(&self, _: CpuId, sgi: u32) {
        self.0.lock().unwrap().pending.push(sgi);
    }
    fn set_active(&self, intid: u32, active: bool) {
        if !active {
            self.0.lock().unwrap().active_cleared.push(intid);
        }
    }
    fn is_active(&self, _: u32) -> bool {
        false
    }
    fn set_pending(&self, _: u32, _: bool) {}
    fn is_pending(&self, _: u32) -> bool {
        false
    }
    fn lines(&self) -> u32 {
        64
    }
    fn virtualization(&self) -> Virtualization {
        Virtualization {
            version: GicVersion::V3,
            gich: None,
            gicv: None,
            maintenance_irq: None,
            list_regs: None,
        }
    }
    fn name(&self) -> &str {
        "fake"
    }
}

static CHIP: Fake = Fake(Mutex::new(Log {
    pending: Vec::new(),
    completed: Vec::new(),
    masked: Vec::new(),
    unmasked: Vec::new(),
    routed: Vec::new(),
    active_cleared: Vec::new(),
    urgent: Vec::new(),
    thresholds: Vec::new(),
}));

fn raise(intid: u32) -> Option<(u32, bool)> {
    CHIP.0.lock().unwrap().pending.push(intid);
    dispatch();
    CHIP.0.lock().unwrap().completed.pop()
}

/// One test, since there is one controller and one table.
#[test]
fn from_request_to_release() {
    set_chip(&CHIP).unwrap();
    static LAST: AtomicUsize = AtomicUsize::new(0);
    request(
        40,
        "uart",
        Options::new(Some(Trigger::Level)),
        Handler::Function(|a| LAST.store(a, Relaxed), 77),
    )
    .unwrap();
    assert_eq!(CHIP.0.lock().unwrap().routed, [(40, CpuId(0))]);
    assert!(CHIP.0.lock().unwrap().unmasked.contains(&40));
    assert_eq!(raise(40), Some((40, true)));
    assert_eq!(LAST.load(Relaxed), 77);

    // A second owner is refused, and told who has it.
    let error = request(40, "other", Options::default(), Handler::Function(|_| (), 0)).unwrap_err();
    assert!(error.to_string().contains("uart"), "{error}");
    let error = request(64, "none", Options::default(), Handler::Function(|_| (), 0)).unwrap_err();
    assert!(error.to_string().contains("64"), "{error}");

    // A closure, forwarded to a guest: not deactivated here, and dropped at release.
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }
    let gone = Arc::new(AtomicBool::new(false));
    let hits = Arc::new(AtomicUsize::new(0));
    let (token, seen) = (Dropped(gone.clone()), hits.clone());
    let closure = Handler::Closure(Arc::new(move || {
        let _keep = &token;
        seen.fetch_add(1, Relaxed);
    }));
    request_forwarded(27, "vtimer", Options::default(), closure).unwrap();
    assert_eq!(raise(27), Some((27, false)));
    assert_eq!(hits.load(Relaxed), 1);
    release(27).unwrap();
    assert!(gone.load(Relaxed));
    assert_eq!(CHIP.0.lock().unwrap().active_cleared, [27]);
    assert!(release(27).is_err());

    // Without a handler it is masked and completed; spurious ones are only counted.
    assert_eq!(raise(27), Some((27, true)));
    assert_eq!(CHIP.0.lock().unwrap().masked.last(), Some(&27));
    assert_eq!(raise(63), Some((63, true)));
    dispatch();
    let counts = cpu_counts(CpuId(0));
    assert_eq!((counts.total, counts.spurious, counts.unhandled), (4, 1, 2));

    let names: Vec<_> =
        list().iter().map(|r| (r.intid, r.name.clone(), r.counts.iter().sum::<u64>())).collect();
    let sgis = ["reschedule", "call", "stop", "watch", "deferred"];
    let sgis = sgis.iter().enumerate().map(|(n, name)| (n as u32, name.to_string(), 0));
    let expected: Vec<_> = sgis.chain([(40, "uart".to_string(), 1)]).collect();
    assert_eq!(names, expected);

    // Calls to oneself run at once; others are not up.
    LAST.store(0, Relaxed);
    call_on(CpuId(0), |a| LAST.store(a, Relaxed), 5).unwrap();
    assert_eq!(LAST.load(Relaxed), 5);
    assert!(call_on(CpuId(3), |_| (), 0).is_err());
    masked_by_a_driver();
}

/// The note of a driver that masks interrupts, and what an interrupt makes of it.
fn masked_by_a_driver() {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    static DEFERRED: AtomicUsize = AtomicUsize::new(0);
    let options = Options { priority: TIMER_PRIORITY, ..Options::default() };
    let count = |_: usize| _ = TIMES.fetch_add(1, Relaxed);
    request(26, "timer", options, Handler::Function(count, 0)).unwrap();
    let block = percpu::this_block();
    let thresholds = || std::mem::take(&mut CHIP.0.lock().unwrap().thresholds);

    // Where nothing comes the controller is not touched; the note nests and pins.
    let before = soft::section();
    assert!(!soft::mask() && soft::masked() && soft::mask());
    assert_eq!((soft::section(), block.preempt_count.load(Relaxed)), (before + 1, 1));
    soft::unmask();
    assert!(!soft::masked() && block.preempt_count.load(Relaxed) == 0);
    soft::unmask();
    assert_eq!((thresholds(), block.preempt_count.load(Relaxed)), (vec![], 0));

    // What comes waits, but for the timer.
    soft::mask();
    let spurious = cpu_counts(CpuId(0)).spurious;
    CHIP.0.lock().unwrap().pending.push(40);
    soft::interrupted();
    CHIP.0.lock().unwrap().pending.push(26);
    soft::interrupted();
    assert_eq!((TIMES.load(Relaxed), cpu_counts(CpuId(0)).spurious), (1, spurious));
    assert_eq!(CHIP.0.lock().unwrap().pending, [40]);
    let narrow = CHIP.0.lock().unwrap().thresholds.clone();
    assert!(matches!(narrow[..], [below] if (TIMER_PRIORITY + 1..=DEFAULT_PRIORITY).contains(&below)));
    soft::unmask();
    assert_eq!(thresholds().last(), Some(&soft::ALL));
    dispatch();
    assert!(CHIP.0.lock().unwrap().pending.is_empty());

    // After a call that was left, in either direction.
    soft::mask();
    soft::interrupted();
    arch::irq::mask();
    soft::force(false);
    block.preempt_count.store(0, Relaxed);
    assert!(!soft::masked());
    assert_eq!(thresholds().last(), Some(&soft::ALL));
    soft::force(true);
    assert!(soft::masked());
    soft::force(false);
    arch::irq::unmask();

    // What is deferred comes in an interrupt of its own.
    set_deferred(|| _ = DEFERRED.fetch_add(1, Relaxed));
    defer();
    assert_eq!(DEFERRED.load(Relaxed), 0);
    dispatch();
    assert_eq!(DEFERRED.load(Relaxed), 1);
}
