// SPDX-License-Identifier: GPL-2.0-only
//! Devices on a PCI bus that are in use as long as the machine lives, with messages as interrupts: a console of two ports, a
//! balloon, a socket device with connections to another guest, from it, and to the hypervisor's terminal. Nothing is measured:
//! it is for what is left when a guest is killed amid that.

use crate::pci::{self, Function};
use crate::virtio::{self, Queue, RING, WRITE};
use guests::cpu::{read32, write32};
use guests::machine::{Machine, Region};
use guests::{args, start};

/// Pages that the balloon is given.
const PAGES: u64 = 256;
/// Bytes of all rings and buffers, and of these pages.
const BYTES: u64 = (22 + PAGES) * RING;
/// What is left at the top of the memory, where other devices have their rings.
const OTHERS: u64 = 16 * RING;

/// Vendor and device.
const CONSOLE: u32 = 0x1043_1af4;
const BALLOON: u32 = 0x1045_1af4;
const SOCKET: u32 = 0x1053_1af4;

/// Memory that is given away from its beginning on.
struct Room(u64);

impl Room {
    fn take(&mut self, bytes: u64) -> u64 {
        self.0 += bytes;
        self.0 - bytes
    }
}

/// A queue with one buffer of a page.
struct Lane {
    queue: Queue,
    buffer: u64,
    flags: u16,
}

impl Lane {
    fn new(device: &Function, index: u16, flags: u16, room: &mut Room) -> Self {
        let queue = Queue::on_pci(device.registers, index, room.take(RING));
        Self { queue, buffer: room.take(RING), flags }
    }

    /// Puts the buffer up, with so many bytes, if the device does not have it.
    fn put_up(&mut self, bytes: u32) {
        if self.queue.done() {
            self.queue.describe(0, self.buffer, bytes, self.flags);
            self.queue.offer();
            self.queue.notify();
        }
    }

    fn word(&self, n: u64) -> u32 {
        read32(self.buffer + 4 * n)
    }

    fn set_words(&self, words: &[u32]) {
        (0..).zip(words).for_each(|(n, word)| write32(self.buffer + 4 * n, *word));
    }
}

/// A console of two ports.
struct Console {
    /// Input, output, control messages to the driver and from it, input and output of the second port.
    lanes: [Lane; 6],
    told: usize,
}

/// What the device is told first: that the driver is ready, that it has both ports, and that they are open.
const MESSAGES: [[u32; 2]; 5] =
    [[0, 1 << 16], [0, 1 << 16 | 3], [1, 1 << 16 | 3], [0, 1 << 16 | 6], [1, 1 << 16 | 6]];

impl Console {
    fn round(&mut self) {
        let [_, _, _, control, ..] = &mut self.lanes;
        if let Some(message) = MESSAGES.get(self.told).filter(|_| control.queue.done()) {
            control.set_words(message);
            control.put_up(8);
            self.told += 1;
        }
        for (n, lane) in self.lanes.iter_mut().enumerate() {
            if lane.flags & WRITE != 0 {
                lane.put_up(RING as u32);
            } else if n != 3 && lane.queue.done() {
                lane.set_words(&[u32::from_le_bytes(*b"held"), u32::from_le_bytes(*b"...\n")]);
                lane.put_up(8);
            }
        }
    }
}

/// A balloon.
struct Balloon {
    given: bool,
    pages: u64,
    inflate: Lane,
    statistics: Lane,
}

impl Balloon {
    fn round(&mut self) {
        if !self.given {
            self.given = true;
            for n in 0..PAGES {
                write32(self.inflate.buffer + 4 * n, ((self.pages >> 12) + n) as u32);
            }
            self.inflate.put_up(4 * PAGES as u32);
        }
        self.statistics.put_up(10);
    }
}

/// What connections are for (virtio 1.2, 5.10.6).
const REQUEST: u32 = 1;
const RESPONSE: u32 = 2;
const RESET: u32 = 3;
const SHUTDOWN: u32 = 4;
const DATA: u32 = 5;
/// Connections that are asked for: these to the other guest, and one to the hypervisor.
const TO_PEER: usize = 4;
const ASKED: usize = TO_PEER + 1;
/// The first of the ports that they are asked for from, and of those that the other guest answers at.
const FROM: u32 = 1000;
const AT: u32 = 2000;
const HOST: u32 = 2;
const TERMINAL: u32 = 23;
/// What the hypervisor's terminal is told: the last command lasts longer than the guest.
const COMMANDS: &[u8; 28] = b"guest list\rsleep 1000000000\r";
/// Rounds until a connection that was refused is asked for again.
const PAUSE: u32 = 50;

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// To be asked for after so many rounds.
    Idle(u32),
    Asked,
    Open,
}

/// A socket device.
struct Socket {
    receive: Lane,
    send: Lane,
    cid: u32,
    peer: u32,
    asked: [State; ASKED],
    /// Requests of the other guest that wait for an answer, by bits.
    answers: u32,
    turn: usize,
    /// The hypervisor's terminal has its commands.
    commanded: bool,
    posted: bool,
}

impl Socket {
    fn round(&mut self) {
        if self.posted && self.receive.queue.done() {
            self.heed();
        }
        self.receive.put_up(RING as u32);
        self.posted = true;
        for state in &mut self.asked {
            if let State::Idle(rounds) = state {
                *rounds = rounds.saturating_sub(1);
            }
        }
        if self.send.queue.done() {
            self.say();
        }
    }

    /// Takes a packet.
    fn heed(&mut self) {
        let [port, op] = [self.receive.word(5), self.receive.word(7) >> 16];
        if op == REQUEST && (AT..AT + TO_PEER as u32).contains(&port) {
            self.answers |= 1 << (port - AT);
        }
        let place = port.checked_sub(FROM).and_then(|n| self.asked.get_mut(n as usize));
        if let Some(state) = place {
            match op {
                RESPONSE => *state = State::Open,
                RESET | SHUTDOWN => *state = State::Idle(PAUSE),
                _ => (),
            }
        }
        if port == FROM + TO_PEER as u32 && op == RESPONSE {
            self.commanded = false;
        }
    }

    /// Sends the packet that is due.
    fn say(&mut self) {
        if self.answers != 0 {
            let n = self.answers.trailing_zeros();
            self.answers &= self.answers - 1;
            return self.packet(self.peer, [AT + n, FROM + n], RESPONSE, 0);
        }
        self.turn = (self.turn + 1) % ASKED;
        let n = self.turn as u32;
        let (to, port) = if self.turn == TO_PEER { (HOST, TERMINAL) } else { (self.peer, AT + n) };
        let Some(state) = self.asked.get_mut(self.turn) else { return };
        match *state {
            State::Idle(0) => {
                *state = State::Asked;
                self.packet(to, [FROM + n, port], REQUEST, 0);
            }
            State::Open if to != HOST => self.packet(to, [FROM + n, port], DATA, 64),
            State::Open if !self.commanded => {
                self.commanded = true;
                let (words, _) = COMMANDS.as_chunks();
                (11..).zip(words).for_each(|(at, word)| {
                    write32(self.send.buffer + 4 * at, u32::from_le_bytes(*word));
                });
                self.packet(to, [FROM + n, port], DATA, COMMANDS.len() as u32);
            }
            _ => (),
        }
    }

    fn packet(&mut self, to: u32, [from, at]: [u32; 2], op: u32, bytes: u32) {
        // There is always room: what comes is thrown away.
        self.send.set_words(&[self.cid, 0, to, 0, from, at, bytes, 1 | op << 16, 0, 1 << 30, 0]);
        self.send.put_up(44 + bytes);
    }
}

/// What is in use.
pub struct Held {
    console: Option<Console>,
    balloon: Option<Balloon>,
    socket: Option<Socket>,
}

/// Begins to use what there is.
pub fn begin(machine: &Machine<'_>) -> Held {
    let mut held = Held { console: None, balloon: None, socket: None };
    let [image, tree] = start::taken();
    let Some(top) = machine.free_ram(OTHERS, RING, &[image, tree]) else { return held };
    let Some(memory) = machine.free_ram(BYTES, RING, &[image, tree, top]) else { return held };
    virtio::clear(Region { size: BYTES - PAGES * RING, ..memory });
    let mut room = Room(memory.base);
    // All have one interrupt, behind those of the devices that are measured.
    let begin = |kind, features| {
        let device = Function::find(machine.pci?, kind, 0)?;
        device.route_message(machine.messages?, 2)?;
        device.begin(features);
        Some(device)
    };
    if let Some(device) = begin(CONSOLE, 1 << 1) {
        let mut lane = |n| Lane::new(&device, n, if n & 1 == 0 { WRITE } else { 0 }, &mut room);
        let lanes = [0, 1, 2, 3, 4, 5].map(&mut lane);
        device.run();
        held.console = Some(Console { lanes, told: 0 });
    }
    if let Some(device) = begin(BALLOON, 1 << 1) {
        let inflate = Lane::new(&device, 0, 0, &mut room);
        let statistics = Lane::new(&device, 2, 0, &mut room);
        device.run();
        held.balloon =
            Some(Balloon { given: false, pages: memory.end() - PAGES * RING, inflate, statistics });
    }
    if let Some(device) = begin(SOCKET, 0) {
        let receive = Lane::new(&device, 0, WRITE, &mut room);
        let send = Lane::new(&device, 1, 0, &mut room);
        device.run();
        held.socket = Some(Socket {
            receive,
            send,
            cid: read32(device.registers + pci::CONFIG),
            peer: args::number(machine.bootargs, "peer").unwrap_or(0) as u32,
            asked: [State::Idle(0); ASKED],
            answers: 0,
            turn: 0,
            commanded: false,
            posted: false,
        });
    }
    held
}

impl Held {
    /// A little of everything.
    pub fn round(&mut self) {
        self.console.iter_mut().for_each(Console::round);
        self.balloon.iter_mut().for_each(Balloon::round);
        self.socket.iter_mut().for_each(Socket::round);
    }
}
