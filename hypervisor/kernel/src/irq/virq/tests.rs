// SPDX-License-Identifier: GPL-2.0-only
//! Lines, domains, flows and threads against chips that note what is done to them.

use super::request::{Flags, Handler};
use super::*;
use crate::dt;
use crate::error::{Error, Result};
use crate::fake::{eventually, machine};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex};

/// A chip that notes what it is told.
struct Noting {
    log: Mutex<Vec<String>>,
    ops: Vec<Op>,
    flags: ChipFlags,
}

impl Noting {
    fn new(ops: &[Op], flags: ChipFlags) -> Arc<Self> {
        Arc::new(Noting { log: Mutex::default(), ops: ops.to_vec(), flags })
    }
    fn note(&self, what: &str, d: &Data<'_>) {
        self.log.lock().unwrap().push(format!("{what} {}", d.hwirq()));
    }
    fn take(&self) -> String {
        std::mem::take(&mut *self.log.lock().unwrap()).join(", ")
    }
}

impl Chip for Noting {
    fn name(&self) -> &str {
        "noting"
    }
    fn flags(&self) -> ChipFlags {
        self.flags
    }
    fn has(&self, op: Op) -> bool {
        self.ops.contains(&op) || matches!(op, Op::Mask | Op::Unmask)
    }
    fn ack(&self, d: &Data<'_>) {
        self.note("ack", d);
    }
    fn mask(&self, d: &Data<'_>) {
        self.note("mask", d);
    }
    fn unmask(&self, d: &Data<'_>) {
        self.note("unmask", d);
    }
    fn eoi(&self, d: &Data<'_>) {
        self.note("eoi", d);
        if let Some(parent) = d.parent() {
            parent.chip().eoi(&parent);
        }
    }
    fn set_type(&self, d: &Data<'_>, sense: Sense) -> Result<bool> {
        self.note(sense.name(), d);
        if sense == Sense::LOW { Err(Error::Unsupported { what: "low levels" }) } else { Ok(true) }
    }
    fn request_resources(&self, d: &Data<'_>) -> Result<()> {
        self.note("take", d);
        Ok(())
    }
    fn release_resources(&self, d: &Data<'_>) {
        self.note("give", d);
    }
}

struct Ops {
    chip: Arc<Noting>,
    flow: Flow,
    hierarchical: bool,
}

impl DomainOps for Ops {
    fn translate(&self, _: &Domain, spec: &Spec) -> Result<(u64, Sense)> {
        spec::two_cells(spec)
    }
    fn map(&self, _: &Arc<Domain>, desc: &Arc<Desc>, hwirq: u64) -> Result<()> {
        desc.set_level(0, hwirq, self.chip.clone());
        desc.set_flow(self.flow.clone());
        Ok(())
    }
    fn allocates(&self) -> bool {
        self.hierarchical
    }
    fn alloc(&self, domain: &Arc<Domain>, virq: Virq, count: u32, spec: &Spec) -> Result<()> {
        let (hwirq, _) = spec::two_cells(spec)?;
        if let Some(parent) = domain.parent() {
            let up = Spec::new(None, 0, &[hwirq as u32 + 100, 4]);
            parent.ops().alloc(parent, virq, count, &up)?;
        }
        let desc = desc::require(virq)?;
        let index = desc.data_in(domain).unwrap().index;
        desc.set_level(index, hwirq, self.chip.clone());
        if index == 0 {
            desc.set_flow(self.flow.clone());
        }
        Ok(())
    }
}

fn domain(name: &str, chip: &Arc<Noting>, flow: Flow, parent: Option<Arc<Domain>>) -> Arc<Domain> {
    let hierarchical = parent.is_some() || name == "outer";
    domain::create(Info {
        name: name.into(),
        node: Some(format!("/{name}")),
        token: 0,
        purpose: 0,
        size: 8,
        limit: 1000,
        parent,
        ops: Arc::new(Ops { chip: chip.clone(), flow, hierarchical }),
    })
}

fn counter(count: &Arc<AtomicU32>, outcome: Outcome) -> Option<Handler> {
    let count = count.clone();
    Some(Box::new(move |_| {
        count.fetch_add(1, SeqCst);
        outcome
    }))
}

fn hard(name: &str, flags: Flags, handler: Option<Handler>, id: usize) -> Request<'_> {
    Request { name, flags, handler, thread: None, id }
}

#[test]
fn the_flow_of_levels_edges_and_ends() {
    let _m = machine();
    let run = |flow: Flow, ops: &[Op]| {
        let chip = Noting::new(ops, ChipFlags::empty());
        let domain = domain("flows", &chip, flow, None);
        let line = domain::map(&domain, 5).unwrap();
        assert_eq!(domain::map(&domain, 5).unwrap().virq(), line.virq());
        let hits = Arc::new(AtomicU32::new(0));
        request(line.virq(), hard("dev", Flags::empty(), counter(&hits, Outcome::Handled), 1)).unwrap();
        assert!(domain.handle(5) && !domain.handle(6));
        assert_eq!((hits.load(SeqCst), line.count()), (1, 1));
        disable_nosync(line.virq()).unwrap();
        release(line.virq(), 1).unwrap();
        domain::dispose(line.virq()).unwrap();
        assert!(desc::get(line.virq()).is_none() && domain.count() == 0);
        domain::remove(&domain);
        chip.take()
    };
    assert_eq!(run(Flow::Level, &[]), "take 5, unmask 5, mask 5, ack 5, unmask 5, mask 5, give 5");
    assert_eq!(run(Flow::Edge, &[]), "take 5, unmask 5, ack 5, mask 5, give 5");
    assert_eq!(run(Flow::FastEoi, &[]), "take 5, unmask 5, eoi 5, mask 5, give 5");
    assert_eq!(run(Flow::Simple, &[]), "take 5, unmask 5, mask 5, give 5");
    // With a way to send an interrupt again, closing is a mark first; the mask comes with the last release.
    assert_eq!(run(Flow::FastEoi, &[Op::Retrigger]), "take 5, unmask 5, eoi 5, mask 5, give 5");
}

#[test]
fn sharing_has_rules() {
    let _m = machine();
    let chip = Noting::new(&[Op::SetType], ChipFlags::empty());
    let d = domain("shared", &chip, Flow::Level, None);
    let virq = domain::map(&d, 20).unwrap().virq();
    let (a, b) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let shared = Flags::SHARED | Flags::from_bits_retain(4);
    let e =
        request(virq, hard("low", Flags::from_bits_retain(8), counter(&a, Outcome::None), 1)).unwrap_err();
    assert_eq!(e, Error::Unsupported { what: "low levels" });
    assert!(request(virq, hard("a", Flags::SHARED, counter(&a, Outcome::None), 0)).is_err());
    request(virq, hard("a", shared, counter(&a, Outcome::None), 1)).unwrap();
    let e = request(virq, hard("c", Flags::empty(), counter(&a, Outcome::None), 3)).unwrap_err();
    assert!(matches!(&e, Error::Busy { owner, .. } if owner == "a"), "{e}");
    assert!(
        request(virq, hard("c", Flags::SHARED | Flags::from_bits_retain(1), counter(&a, Outcome::None), 3))
            .is_err()
    );
    request(virq, hard("b", shared, counter(&b, Outcome::Handled), 2)).unwrap();
    d.handle(20);
    assert_eq!((a.load(SeqCst), b.load(SeqCst)), (1, 1));
    release(virq, 1).unwrap();
    d.handle(20);
    assert_eq!((a.load(SeqCst), b.load(SeqCst)), (1, 2));
    assert!(release(virq, 1).is_err());
    // Closings nest; an opening too many is an error.
    chip.take();
    disable_nosync(virq).unwrap();
    disable_nosync(virq).unwrap();
    d.handle(20);
    enable(virq).unwrap();
    d.handle(20);
    assert_eq!(b.load(SeqCst), 2);
    enable(virq).unwrap();
    assert!(enable(virq).is_err());
    d.handle(20);
    assert_eq!(b.load(SeqCst), 3);
    assert!(matches!(domain::dispose(virq).unwrap_err(), Error::Busy { .. }));
    let report = list().into_iter().find(|r| r.virq == virq).unwrap();
    assert_eq!(
        (report.owners, report.hwirq, report.sense, report.count),
        (vec!["b".into()], 20, Sense::HIGH, 3)
    );
    release(virq, 2).unwrap();
}

#[test]
fn a_one_shot_line_opens_when_its_thread_is_done() {
    let m = machine();
    let chip = Noting::new(&[], ChipFlags::EOI_THREADED);
    let d = domain("threads", &chip, Flow::FastEoi, None);
    let virq = domain::map(&d, 1).unwrap().virq();
    let ran = Arc::new(AtomicU32::new(0));
    let (count, owner) = (ran.clone(), chip.clone());
    m.run_on(0, move || {
        let no_oneshot = Request {
            name: "x",
            flags: Flags::empty(),
            handler: None,
            thread: Some(Box::new(|_| Outcome::Handled)),
            id: 1,
        };
        assert!(request(virq, no_oneshot).is_err(), "a level would come for ever");
        let thread: Handler = Box::new(move |_| {
            crate::sched::might_sleep();
            owner.log.lock().unwrap().push("thread".into());
            count.fetch_add(1, SeqCst);
            Outcome::Handled
        });
        let oneshot =
            Request { name: "x", flags: Flags::ONESHOT, handler: None, thread: Some(thread), id: 1 };
        request(virq, oneshot).unwrap();
    });
    chip.take();
    let line = d.clone();
    m.run_on(1, move || line.handle(1));
    eventually("the thread", || ran.load(SeqCst) == 1);
    m.run_on(0, move || {
        synchronize(virq).unwrap();
        release(virq, 1).unwrap();
    });
    assert!(
        chip.take().starts_with("mask 1, thread, eoi 1, unmask 1, mask 1"),
        "the end waits for the thread"
    );
}

#[test]
fn a_hierarchy_passes_through_every_controller() {
    let _m = machine();
    let (inner, outer) = (Noting::new(&[], ChipFlags::empty()), Noting::new(&[], ChipFlags::empty()));
    let root = domain("outer", &inner, Flow::FastEoi, None);
    let _child = domain("child", &outer, Flow::FastEoi, Some(root.clone()));
    let spec = Spec::new(Some("/child".into()), 0, &[3, 4]);
    let line = domain::map_spec(&spec).unwrap();
    assert_eq!(domain::map_spec(&spec).unwrap().virq(), line.virq());
    assert_eq!(root.line(103).unwrap().virq(), line.virq());
    assert!(domain::map_spec(&Spec::new(Some("/child".into()), 0, &[3, 1])).is_err(), "another trigger");
    let missing = domain::map_spec(&Spec::new(Some("/nowhere".into()), 0, &[3, 1])).unwrap_err();
    assert!(matches!(missing, Error::Deferred { .. }));
    let hits = Arc::new(AtomicU32::new(0));
    request(line.virq(), hard("dev", Flags::empty(), counter(&hits, Outcome::Handled), 0)).unwrap();
    assert!(root.handle(103));
    assert_eq!((inner.take().as_str(), outer.take().as_str()), ("eoi 103", "take 3, unmask 3, eoi 3"));
    assert_eq!(list().iter().find(|r| r.virq == line.virq()).unwrap().through, ["outer:103"]);
    release(line.virq(), 0).unwrap();
    domain::dispose(line.virq()).unwrap();
    assert!(root.line(103).is_none());
}

#[test]
fn chained_and_nested_lines() {
    let m = machine();
    let chip = Noting::new(&[], ChipFlags::empty());
    let d = domain("cascade", &chip, Flow::Edge, None);
    let (parent, child) = (domain::map(&d, 0).unwrap(), domain::map(&d, 1).unwrap());
    let (virq, hits) = (parent.virq(), Arc::new(AtomicU32::new(0)));
    let behind = d.clone();
    set_chained(virq, Arc::new(move |_| assert!(behind.handle(1)))).unwrap();
    request(child.virq(), hard("leaf", Flags::empty(), counter(&hits, Outcome::Handled), 0)).unwrap();
    parent.handle();
    assert_eq!((hits.load(SeqCst), parent.count()), (1, 1));
    assert!(request(virq, hard("thief", Flags::empty(), counter(&hits, Outcome::Handled), 0)).is_err());
    m.run_on(0, move || control::unchain(virq).unwrap());
    assert!(!parent.in_use());
    // Nested: the thread's handler, in the context of the caller.
    let nested = domain::map(&d, 2).unwrap();
    nested.change_mode(Mode::empty(), Mode::NESTED_THREAD);
    let v = nested.virq();
    assert!(request(v, hard("hard", Flags::empty(), counter(&hits, Outcome::Handled), 0)).is_err());
    let thread = Request {
        name: "n",
        flags: Flags::ONESHOT,
        handler: None,
        thread: counter(&hits, Outcome::Handled),
        id: 7,
    };
    request(v, thread).unwrap();
    flow::nested(&nested);
    assert_eq!(hits.load(SeqCst), 2);
    release(v, 7).unwrap();
}

#[test]
fn specifiers_of_the_tree() {
    let blob = dt::tests::dtb(
        r#"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
        gic: gic { interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };
        pio: pio { interrupt-controller; #interrupt-cells = <2>; };
        a { interrupts = <0 5 4>, <1 2 8>; };
        b { interrupts-extended = <&pio 3 2>, <&gic 0 7 1>; };
        map: nexus { #interrupt-cells = <1>; #address-cells = <1>; interrupt-map-mask = <0xf00 0xff>;
            interrupt-map = <0x100 1 &gic 0 40 4>, <0x200 1 &pio 9 1>; };
        c@234 { reg = <0x234 4>; interrupt-parent = <&map>; interrupts = <1>; };
        d@534 { reg = <0x534 4>; interrupt-parent = <&map>; interrupts = <1>; };
        };"#,
    );
    let fdt = dt::check(&blob).unwrap();
    let of = |path: &str, index| spec::of_node(&dt::find_path(fdt, path).unwrap(), index);
    let is = |path: &str, index, node: &str, cells: &[u32]| {
        let spec = of(path, index).unwrap();
        assert_eq!((spec.node.as_deref(), spec.cells()), (Some(node), cells), "{path} {index}");
    };
    is("/a", 0, "/gic", &[0, 5, 4]);
    is("/a", 1, "/gic", &[1, 2, 8]);
    is("/b", 0, "/pio", &[3, 2]);
    is("/b", 1, "/gic", &[0, 7, 1]);
    is("/c", 0, "/pio", &[9, 1]);
    assert!(of("/a", 2).is_err() && of("/b", 2).is_err() && of("/d", 0).is_err() && of("/gic", 0).is_err());
    assert_eq!(spec::count(&dt::find_path(fdt, "/b").unwrap()), 2);
}

#[test]
fn soft_work_runs_once_for_many_raises_and_does_not_sleep() {
    let m = machine();
    static RUNS: AtomicU64 = AtomicU64::new(0);
    m.run_on(0, || soft::init().unwrap());
    let soft = soft::Soft::new(|| {
        assert!(crate::percpu::in_atomic_context());
        RUNS.fetch_add(1, SeqCst);
    });
    let raised = soft.clone();
    let again = m.run_on(0, move || {
        crate::percpu::preempt_disable();
        let again = (raised.raise(), raised.raise());
        crate::percpu::preempt_enable();
        raised.settle();
        again
    });
    assert!(again.0 && RUNS.load(SeqCst) >= 1 && soft.runs() == RUNS.load(SeqCst));
}
