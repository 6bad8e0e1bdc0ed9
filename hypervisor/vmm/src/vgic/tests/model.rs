// SPDX-License-Identifier: GPL-2.0-only
//! Random operations against a plain model of a GIC, which has all state in one place and no list registers.

use super::*;

/// Pseudo-random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// One interrupt.
#[derive(Clone, Default, Debug)]
struct Irq {
    enabled: bool,
    latch: bool,
    line: bool,
    active: bool,
    edge: bool,
    priority: u8,
    target: usize,
}

impl Irq {
    fn pending(&self) -> bool {
        self.latch || self.line && !self.edge
    }
}

/// An acknowledged interrupt: INTID, priority then, and whether its end deactivates it.
type Acked = (u32, u8);

struct Model {
    on: bool,
    private: Vec<BTreeMap<u32, Irq>>,
    shared: BTreeMap<u32, Irq>,
    stack: Vec<Vec<Acked>>,
}

impl Model {
    fn new(vcpus: usize, privates: &[u32], spis: &[u32]) -> Self {
        let irq = |i: &u32| (*i, Irq { enabled: *i < 16, edge: *i < 16, ..Irq::default() });
        Self {
            on: true,
            private: std::vec![privates.iter().map(irq).collect(); vcpus],
            shared: spis.iter().map(irq).collect(),
            stack: std::vec![Vec::new(); vcpus],
        }
    }

    fn irq(&mut self, v: usize, intid: u32) -> &mut Irq {
        if intid < 32 { self.private[v].get_mut(&intid) } else { self.shared.get_mut(&intid) }.unwrap()
    }

    fn running(&self, v: usize) -> u32 {
        self.stack[v].iter().map(|a| u32::from(a.1)).min().unwrap_or(0x100)
    }

    /// Interrupts with the best priority that `v` would be given, with that priority.
    fn best(&self, v: usize) -> Option<(u8, Vec<u32>)> {
        if !self.on {
            return None;
        }
        let shared = self.shared.iter().filter(|(_, i)| i.target == v);
        let ready: Vec<_> = self.private[v]
            .iter()
            .chain(shared)
            .filter(|(_, i)| i.enabled && i.pending() && !i.active && u32::from(i.priority) < self.running(v))
            .collect();
        let best = ready.iter().map(|(_, i)| i.priority).min()?;
        // The priority mask of the rig is 0xf8.
        (best < 0xf8)
            .then(|| (best, ready.iter().filter(|(_, i)| i.priority == best).map(|(n, _)| **n).collect()))
    }
}

struct Run {
    rig: Rig,
    model: Model,
    random: Random,
    vcpus: usize,
    cpus: usize,
    intids: Vec<u32>,
    log: Vec<std::string::String>,
    /// Acknowledged interrupts nest at most this deep.
    depth: usize,
    /// Whether the guest meddles with the active state. Only with plenty of list registers: an end without one
    /// cannot be told from that of an interrupt that is not active.
    meddle: bool,
}

impl Run {
    fn check(&self) {
        for &v in self.rig.on.keys() {
            self.rig.run(v);
            let best = self.model.best(v);
            assert_eq!(
                fake::signalled(),
                best.is_some(),
                "vCPU {v}: should have {best:x?}\n{}",
                self.rig.gic.info()
            );
        }
    }

    fn check_registers(&mut self) {
        let v = self.loaded();
        self.rig.instant_kicks(true);
        for &intid in &self.intids {
            let irq = self.model.irq(v, intid).clone();
            let rig = &self.rig;
            assert_eq!(
                rig.is(v, ISPENDR, intid),
                irq.pending(),
                "ISPENDR of {intid}: {irq:?}\n{}",
                rig.gic.info()
            );
            assert_eq!(rig.is(v, ISACTIVER, intid), irq.active, "ISACTIVER of {intid}: {irq:?}");
            assert_eq!(rig.is(v, ISENABLER, intid), irq.enabled, "ISENABLER of {intid}");
        }
        self.rig.instant_kicks(false);
    }

    fn loaded(&mut self) -> usize {
        let all: Vec<usize> = self.rig.on.keys().copied().collect();
        all[self.random.below(all.len())]
    }

    fn step(&mut self) {
        let v = self.loaded();
        let intid = self.intids[self.random.below(self.intids.len())];
        let yes = self.random.flip();
        let what = self.random.below(24);
        self.log.push(std::format!("op {what} v {v} intid {intid} {yes}"));
        self.rig.run(v);
        match what {
            0..=3 => self.input(v, intid, yes),
            4 | 5 => self.sgi(v),
            6..=9 => self.acknowledge(v),
            10..=12 => self.end(v),
            13 => {
                self.rig.bit(v, if yes { ISENABLER } else { ICENABLER }, intid);
                self.model.irq(v, intid).enabled = yes;
            }
            14 => {
                self.rig.bit(v, if yes { ISPENDR } else { ICPENDR }, intid);
                self.model.irq(v, intid).latch = yes;
            }
            // Which spilled interrupt an end is for is told by priority, so that of an active one stays.
            15 if self.meddle || !self.model.irq(v, intid).active => {
                let priority = (self.random.below(4) * 0x20 + 0x40) as u8;
                self.rig.priority(v, intid, priority);
                self.model.irq(v, intid).priority = priority;
            }
            16 if intid >= 32 => {
                let to = self.random.below(self.vcpus);
                self.rig.route(v, intid, to);
                self.model.irq(v, intid).target = to;
            }
            17 => self.migrate(v),
            18 if intid >= 16 => {
                self.rig.edge(v, intid, yes);
                self.model.irq(v, intid).edge = yes;
            }
            19 if self.random.below(4) == 0 => {
                self.rig.write(v, 0, if self.model.on { 0 } else { 2 });
                self.model.on = !self.model.on;
            }
            // An SPI that another vCPU takes in between would be ended twice.
            20 if self.meddle && (intid < 32 || self.model.stack.iter().flatten().all(|a| a.0 != intid)) => {
                self.rig.bit(v, if yes { ISACTIVER } else { ICACTIVER }, intid);
                self.model.irq(v, intid).active = yes;
            }
            21 => {
                let said = self.rig.gic.pending(v);
                assert_eq!(said, self.model.best(v).is_some(), "WFI of {v}");
            }
            22 => self.check_registers(),
            _ => {}
        }
        self.rig.settled(v);
        self.check();
    }

    fn input(&mut self, v: usize, intid: u32, level: bool) {
        if intid < 16 {
            return;
        }
        // Devices and timers act from any CPU.
        if self.random.flip() {
            fake::set_cpu(self.random.below(self.cpus));
        }
        if intid < 32 {
            self.rig.gic.set_ppi(v, intid, level)
        } else if !self.model.irq(v, intid).line && self.random.flip() {
            let edge = self.rig.gic.edge_spi(intid);
            let irq = self.model.irq(v, intid);
            assert_eq!(edge, irq.edge, "trigger of {intid}");
            irq.latch |= edge;
            return;
        } else {
            self.rig.gic.set_spi(intid, level)
        }
        let irq = self.model.irq(v, intid);
        irq.latch |= irq.edge && level && !irq.line;
        irq.line = level;
    }

    fn sgi(&mut self, v: usize) {
        let sgi = self.intids[self.random.below(2)];
        let targets = self.random.below(1 << self.vcpus) as u16;
        self.rig.sgi(v, targets, sgi);
        for t in (0..self.vcpus).filter(|t| targets >> t & 1 != 0) {
            self.model.irq(t, sgi).latch = true;
        }
    }

    fn acknowledge(&mut self, v: usize) {
        if self.model.stack[v].len() >= self.depth {
            return;
        }
        let best = self.model.best(v);
        let got = self.rig.ack(v).map(u32::from);
        self.log.push(std::format!("ack {got:?}"));
        let Some((priority, set)) = best else { return assert_eq!(got, None) };
        let got = got.expect("an interrupt");
        assert!(set.contains(&got), "{got} for {set:?} of priority {priority:#x}");
        self.model.stack[v].push((got, priority));
        let irq = self.model.irq(v, got);
        irq.latch = false;
        irq.active = true;
    }

    fn end(&mut self, v: usize) {
        if let Some((intid, _)) = self.model.stack[v].pop() {
            self.log.push(std::format!("eoi {intid}"));
            self.rig.eoi(v, intid as u16);
            self.model.irq(v, intid).active = false;
        }
    }

    /// Moves a vCPU, or takes one off its CPU while others run.
    fn migrate(&mut self, v: usize) {
        if self.random.flip() && self.rig.on.len() > 1 {
            self.rig.unload(v);
        } else {
            let v = self.random.below(self.vcpus);
            let cpu = self.random.below(self.cpus);
            self.rig.load(v, cpu);
            self.rig.exit_path(v);
        }
        if self.rig.on.is_empty() {
            self.rig.load(0, 0);
            self.rig.exit_path(0);
        }
    }
}

fn explore(seed: u64, vcpus: usize, lrs: usize, depth: usize, meddle: bool) {
    let intids: Vec<u32> = std::vec![1, 9, 20, 27, 32, 33, 40, 63, 64, 95];
    let mut run = Run {
        rig: Rig::new(Version::V3, vcpus, lrs),
        model: Model::new(vcpus, &intids[..4], &intids[4..]),
        random: Random(seed | 1),
        vcpus,
        cpus: vcpus + 1,
        intids,
        log: Vec::new(),
        depth,
        meddle,
    };
    for v in 0..vcpus {
        for intid in run.intids.clone() {
            run.rig.priority(v, intid, 0x80);
            run.model.irq(v, intid).priority = 0x80;
        }
    }
    let steps = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for _ in 0..400 {
            run.step();
        }
    }));
    if let Err(cause) = steps {
        let tail = run.log.len().saturating_sub(40);
        std::eprintln!("seed {seed} vcpus {vcpus} lrs {lrs}:\n{}", run.log[tail..].join("\n"));
        std::panic::resume_unwind(cause);
    }
}

#[test]
fn one_vcpu_behaves_as_the_model() {
    for seed in 1..300 {
        explore(seed, 1, 4, 3, false);
    }
}

#[test]
fn three_vcpus_behave_as_the_model() {
    for seed in 1..300 {
        explore(seed * 77, 3, 4, 3, false);
    }
}

#[test]
fn plenty_of_list_registers() {
    for seed in 1..100 {
        explore(seed * 1001, 2, 16, 8, true);
    }
}

#[test]
fn two_list_registers_spill_all_the_time() {
    for seed in 1..300 {
        explore(seed * 13, 2, 2, 8, false);
    }
}

#[test]
fn a_single_list_register_will_do() {
    for seed in 1..300 {
        explore(seed * 31, 2, 1, 8, false);
    }
}
