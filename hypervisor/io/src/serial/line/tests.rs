// SPDX-License-Identifier: GPL-2.0-only
//! A UART with a FIFO of eight, whose other side is the test.

use super::*;
use std::sync::Mutex as HostMutex;

#[derive(Default)]
struct Chip {
    running: bool,
    settings: Option<Settings>,
    fifo: Vec<u8>,
    throttled: bool,
    signals: (bool, bool),
    log: Vec<&'static str>,
    refuse: Option<Fault>,
}

struct Model(Arc<HostMutex<Chip>>);

impl Uart for Model {
    fn start(&self, settings: &Settings) -> Result<Settings, Fault> {
        let mut chip = self.0.lock().unwrap();
        chip.log.push("start");
        if let Some(fault) = chip.refuse {
            return Err(fault);
        }
        assert!(!chip.running);
        chip.running = true;
        chip.settings = Some(*settings);
        Ok(*settings)
    }
    fn stop(&self) {
        let mut chip = self.0.lock().unwrap();
        chip.log.push("stop");
        assert!(chip.running);
        chip.running = false;
    }
    fn configure(&self, settings: &Settings) -> Result<Settings, Fault> {
        let got = Settings { baud: settings.baud.min(1_000_000), ..*settings };
        self.0.lock().unwrap().settings = Some(got);
        Ok(got)
    }
    fn send(&self, bytes: &[u8]) -> usize {
        let mut chip = self.0.lock().unwrap();
        assert!(chip.running);
        let taken = bytes.len().min(8 - chip.fifo.len());
        chip.fifo.extend_from_slice(&bytes[..taken]);
        taken
    }
    fn is_sent(&self) -> bool {
        self.0.lock().unwrap().fifo.is_empty()
    }
    fn discard(&self) {
        self.0.lock().unwrap().fifo.clear();
    }
    fn throttle(&self, on: bool) {
        self.0.lock().unwrap().throttled = on;
    }
    fn modem(&self) -> Modem {
        let (rts, dtr) = self.0.lock().unwrap().signals;
        Modem { cts: rts, rts, dtr, ..Modem::default() }
    }
    fn set_modem(&self, rts: bool, dtr: bool) -> Result<(), Fault> {
        self.0.lock().unwrap().signals = (rts, dtr);
        Ok(())
    }
    fn counters(&self) -> Counters {
        Counters { tx: 7, ..Counters::default() }
    }
}

fn line(name: &str) -> (Arc<Line>, Arc<HostMutex<Chip>>) {
    let chip = Arc::new(HostMutex::new(Chip::default()));
    let info = Info { name: name.into(), ..Info::default() };
    (register(info, Settings::default(), Box::new(Model(chip.clone()))).unwrap(), chip)
}

#[test]
fn the_first_starts_and_the_last_stops_it() {
    let (line, chip) = line("first");
    assert_eq!(line.receive(b"nobody listens"), 0);
    assert_eq!(line.dropped(), 14);
    let one = line.open().unwrap();
    let two = line.open().unwrap();
    drop(one);
    assert!(chip.lock().unwrap().running);
    drop(two);
    assert_eq!(chip.lock().unwrap().log, ["start", "stop"]);
    chip.lock().unwrap().refuse = Some(Fault::TimedOut);
    assert_eq!(line.open().err(), Some(Fault::TimedOut));
    assert_eq!((line.users(), line.receive_room()), (0, 0));
    let same = Info { name: "first".into(), ..Info::default() };
    assert_eq!(register(same, Settings::default(), Box::new(Model(chip))).err(), Some(Fault::Busy));
    assert!(find("first").is_some_and(|found| Arc::ptr_eq(&found, &line)));
    line.unregister();
    assert!(find("first").is_none());
}

#[test]
fn bytes_go_both_ways() {
    let (line, chip) = line("both");
    let open = line.open().unwrap();
    assert_eq!(open.write(b"abc", 0), Ok(3));
    assert_eq!(open.drain(0), Ok(false));
    assert_eq!(open.write(b"defghijkl", 0), Ok(5), "the FIFO holds eight");
    assert_eq!(std::mem::take(&mut chip.lock().unwrap().fifo), b"abcdefgh");
    line.has_room();
    assert_eq!(open.drain(0), Ok(true));
    let mut to = [0; 4];
    assert_eq!(open.read(&mut to, 0), Ok(0));
    assert_eq!(line.receive(b"012345"), 6);
    line.received();
    assert_eq!((open.read(&mut to, 1), &to), (Ok(4), b"0123"));
    assert_eq!((open.read(&mut to, 1), &to[..2]), (Ok(2), &b"45"[..]));
    assert_eq!(open.write(b"x", 0), Ok(1));
    line.receive(b"y");
    open.discard().unwrap();
    assert_eq!((open.drain(0), open.read(&mut to, 0)), (Ok(true), Ok(0)));
    assert_eq!(line.counters().unwrap().tx, 7);
    open.set_modem(true, false).unwrap();
    assert_eq!(line.modem(), Ok(Modem { cts: true, rts: true, ..Modem::default() }));
    assert_eq!(open.set_break(true), Err(Fault::NotSupported));
    drop(open);
    line.unregister();
}

#[test]
fn what_finds_no_room_is_counted_and_flow_control_stops_the_other_side() {
    let (line, chip) = line("full");
    let wanted = Settings { flow: Flow::Hardware, ..Settings::default() };
    line.configure(&wanted).unwrap();
    let open = line.open().unwrap();
    assert_eq!(line.receive(&[1; FULL + 1]), FULL + 1);
    line.throttle(FULL);
    assert!(chip.lock().unwrap().throttled);
    assert_eq!(line.receive(&[2; RECEIVE_SIZE]), RECEIVE_SIZE - FULL - 1);
    assert_eq!(line.dropped(), FULL as u64 + 1);
    let mut to = [0; RECEIVE_SIZE - ROOMY];
    assert_eq!(open.read(&mut to, 0), Ok(to.len()));
    assert!(chip.lock().unwrap().throttled, "a quarter still waits");
    assert_eq!(open.read(&mut to[..8], 0), Ok(8));
    assert!(!chip.lock().unwrap().throttled);
    drop(open);
    line.unregister();
}

#[test]
fn a_line_that_goes_while_it_is_open_refuses() {
    let (line, chip) = line("going");
    let open = line.open().unwrap();
    line.receive(b"last");
    line.unregister();
    assert_eq!(chip.lock().unwrap().log, ["start", "stop"]);
    let mut to = [0; 8];
    assert_eq!(open.read(&mut to, 0), Ok(4), "what came is still there");
    assert_eq!(open.read(&mut to, 1_000_000), Err(Fault::NoDevice));
    assert_eq!(open.write(b"x", 1_000_000), Err(Fault::NoDevice));
    assert_eq!(open.drain(0), Err(Fault::NoDevice));
    assert_eq!(line.open().err(), Some(Fault::NoDevice));
    assert_eq!(line.counters(), Err(Fault::NoDevice));
    drop(open);
    assert_eq!(Arc::strong_count(&chip), 1, "the driver's part has gone");
}

#[test]
fn parameters_are_checked_and_kept() {
    let (line, chip) = line("set");
    let mut settings = Settings::default();
    settings.set_frame("7E2").unwrap();
    assert_eq!(std::format!("{settings}"), "115200 7e2");
    for wrong in ["", "8n", "9n1", "8x1", "8n3", "8n1 "] {
        assert_eq!(settings.set_frame(wrong), Err(Fault::Invalid), "{wrong}");
    }
    assert_eq!(line.configure(&Settings { baud: 0, ..settings }), Err(Fault::Invalid));
    line.configure(&settings).unwrap();
    assert!(chip.lock().unwrap().settings.is_none(), "it is not open");
    let open = line.open().unwrap();
    assert_eq!(chip.lock().unwrap().settings, Some(settings));
    let got = line.configure(&Settings { baud: 3_000_000, ..settings }).unwrap();
    assert_eq!((got.baud, line.settings().baud), (1_000_000, 1_000_000));
    assert_eq!(("rtscts".parse(), "none".parse::<Flow>()), (Ok(Flow::Hardware), Ok(Flow::None)));
    assert!("cts".parse::<Flow>().is_err());
    drop(open);
    line.unregister();
}
