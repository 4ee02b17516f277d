//! What the lines of a script do to entries and tables.

use mm::{Frame, MmId, World};
use pagewalk::{Event, Fault, Free, Sink, Test};
use pgtable::{EntryKind, Level, RawEntry};

use crate::cpu::Cpu;
use crate::ground::{leaf, table_entry, with_rights};
use crate::step::Value;

impl Cpu {
    /// Reads an entry, whose table may be gone.
    fn read(&self, entry: Level, world: &World) -> Result<RawEntry, Fault> {
        let slot = self.slot(entry);
        world.read_slot(slot).ok_or_else(|| {
            let (level, pa) = (world.model().table_level(entry), slot.table);
            match world.frame(pa) {
                Some(Frame::Freed) => Fault::UseAfterFree { level, pa },
                _ => Fault::NoTable { level, pa },
            }
        })
    }

    pub(super) fn ask<S: Sink>(&mut self, entry: Level, test: Test, world: &World, sink: &mut S) {
        let value = match self.read(entry, world) {
            Ok(value) => value,
            Err(fault) => return self.fail(fault, sink),
        };
        let tests = world.tests(entry);
        let verdict = match test {
            Test::None => tests.none(value),
            Test::Leaf => tests.leaf(value),
            _ => tests.present(value),
        };
        self.value = value;
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        sink.event(Event::Read { level: entry, addr, slot, value, test, verdict });
        self.go_on(verdict);
    }

    /// Takes where the table below an entry is from a value; whether it leads to one.
    fn follow(&mut self, entry: Level, value: RawEntry, world: &World) -> bool {
        let leads = world.classify(entry, value) == EntryKind::Table;
        if leads {
            let below = world.model().table_address(entry, value);
            match entry {
                Level::Pmd => self.pte_table = below,
                _ => self.pmd_table = below,
            }
        }
        leads
    }

    /// One read, whose value is tested and used.
    pub(super) fn get<S: Sink>(&mut self, entry: Level, world: &World, sink: &mut S) {
        let value = match self.read(entry, world) {
            Ok(value) => value,
            Err(fault) => return self.fail(fault, sink),
        };
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        let verdict = self.follow(entry, value, world);
        // What is used as a table later was never one.
        if verdict && entry == Level::Pmd && world.frame(self.pte_table).is_none() {
            let fault = Fault::WildRead { level: Level::Pte, pa: self.pte_table, entry: EntryKind::Table };
            return self.fail(fault, sink);
        }
        self.value = value;
        sink.event(Event::Read { level: entry, addr, slot, value, test: Test::Present, verdict });
        self.go_on(verdict);
    }

    /// A second read, whose value is used without a test.
    pub(super) fn get_again<S: Sink>(&mut self, entry: Level, world: &World, sink: &mut S) {
        let value = match self.read(entry, world) {
            Ok(value) => value,
            Err(fault) => return self.fail(fault, sink),
        };
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        if !self.follow(entry, value, world) {
            let (level, pa) = (entry.lower().unwrap_or(entry), world.model().table_address(entry, value));
            return self.fail(Fault::WildRead { level, pa, entry: world.classify(entry, value) }, sink);
        }
        self.did(Event::Read { level: entry, addr, slot, value, test: Test::Offset, verdict: true }, sink);
    }

    pub(super) fn same<S: Sink>(&mut self, entry: Level, world: &World, sink: &mut S) {
        let value = match self.read(entry, world) {
            Ok(value) => value,
            Err(fault) => return self.fail(fault, sink),
        };
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        let below = world.model().table_address(entry, value);
        let verdict = match entry {
            Level::Pte => value == self.value,
            _ => world.classify(entry, value) == EntryKind::Table && below == self.table(Level::Pte),
        };
        sink.event(Event::Read { level: entry, addr, slot, value, test: Test::Same, verdict });
        self.go_on(verdict);
    }

    /// All other ptes are as the one at stake was in the beginning.
    pub(super) fn alike<S: Sink>(&mut self, world: &World, sink: &mut S) {
        let entry = Level::Pte;
        let value = match self.read(entry, world) {
            Ok(value) => value,
            Err(fault) => return self.fail(fault, sink),
        };
        let user = self.script.0.ground.mm != MmId::INIT_MM;
        let verdict = value == leaf(world.model(), entry, user);
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        sink.event(Event::Read { level: entry, addr, slot, value, test: Test::Same, verdict });
        self.go_on(verdict);
    }

    /// A table that is allocated before it is known whether it is needed.
    pub(super) fn spare<S: Sink>(&mut self, world: &mut World, sink: &mut S) {
        let result = world.alloc_table(Level::Pte);
        self.pte_table = result.unwrap_or_default();
        self.did(Event::NewPage { table: Some(Level::Pte), result }, sink);
    }

    pub(super) fn write<S: Sink>(&mut self, entry: Level, value: Value, world: &mut World, sink: &mut S) {
        let was = match self.read(entry, world) {
            Ok(was) => was,
            Err(fault) => return self.fail(fault, sink),
        };
        let user = self.script.0.ground.mm != MmId::INIT_MM;
        let is = match value {
            Value::Empty => world.tests(entry).empty(),
            Value::Leaf => leaf(world.model(), entry, user),
            Value::Rights(rights) => with_rights(world.model(), rights),
            Value::Table => {
                table_entry(world.model(), entry, self.table(entry.lower().unwrap_or(entry)), user)
            }
        };
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        world.write_slot(slot, is);
        self.did(Event::Write { level: entry, addr, slot, was, is }, sink);
    }

    pub(super) fn populate<S: Sink>(&mut self, entry: Level, world: &mut World, sink: &mut S) {
        if let Err(fault) = self.read(entry, world) {
            return self.fail(fault, sink);
        }
        let (addr, slot) = (self.script.0.ground.start, self.slot(entry));
        let result = world.populate(entry, slot);
        let value = world.read_slot(slot).unwrap_or_default();
        let below = world.model().table_address(entry, value);
        match entry {
            Level::Pmd => self.pte_table = below,
            _ => self.pmd_table = below,
        }
        self.did(Event::Alloc { level: entry, addr, slot, result }, sink);
    }

    pub(super) fn fill<S: Sink>(&mut self, world: &mut World, sink: &mut S) {
        let result = world.new_pte_table(self.value);
        self.pte_table = result.unwrap_or_default();
        self.did(Event::NewPage { table: Some(Level::Pte), result }, sink);
    }

    pub(super) fn free<S: Sink>(&mut self, level: Level, how: Free, world: &mut World, sink: &mut S) {
        let table = self.table(level);
        match how {
            Free::Now => world.free_table(table),
            Free::Queued => world.queue_table(table),
            Free::Rcu => world.free_table_by_rcu(table),
        }
        self.did(Event::Free { level, table, how }, sink);
    }
}
