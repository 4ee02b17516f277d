/*
 * The race of a debug walk with munmap(), for spin: a yardstick for the search of crates/explore, and no second model of
 * anything. It is the script of crates/races/src/race/munmap.rs, line by line, and what the walker does on that small
 * machine (x86-64 with four levels, v6.17, read lock), an action for each of its steps.
 *
 * With -DFIND spin is to find what our search finds: an order in which a freed table is read.
 *
 * The race takes a millisecond. So it is run ROUNDS times: when all are done everything is as it was but for the number of
 * the round, which makes the states of each round others. `cargo xtask bench` counts and times them.
 */
#ifndef ROUNDS
#define ROUNDS 500
#endif

#define LIVE 0
#define QUEUED 1
#define WAITS 2
#define FREED 3

short round = 0;
byte done = 0;
/* What stopped a CPU: then nobody moves any more. */
bool fault = false;
/* mmap_lock */
byte readers = 0;
bool writer = false;
bool in_tree = true;
/* The lock of the pte table, and whether the walker is in an RCU section that a table waits for. */
bool ptl = false;
bool in_rcu = false, pte_waits = false, pmd_waits = false;
/* The entries: whether there is anything in them. And the tables. */
bool pud = true, pmd = true, pte = true;
byte pmd_table = LIVE, pte_table = LIVE;

#define STEP(action) d_step { !fault -> action }
#define NOTHING STEP(skip)
#define READ_PMD(into) STEP(if :: pmd_table == FREED -> fault = true :: else -> into = pmd fi)
#define READ_PTE(into) STEP(if :: pte_table == FREED -> fault = true :: else -> into = pte fi)
#define MAY_START (!fault && round == mine && round < ROUNDS)
#define ENDS STEP(done++; mine++)

active proctype walker()
{
	short mine = 0;
	bool here;
	do
	:: d_step { MAY_START -> skip };
	   d_step { !fault && !writer -> readers++ };
	   /* walk_page_range_debug(): its checks, its assertion, the levels above. */
	   NOTHING; NOTHING; NOTHING; NOTHING; NOTHING; NOTHING; NOTHING; NOTHING;
	   STEP(here = pud);
	   NOTHING; NOTHING;
	   if
	   :: here ->
		STEP(here = pud);
		STEP(here = pud);
		if
		:: here ->
			READ_PMD(here); NOTHING;
			if
			:: here ->
				READ_PMD(here); READ_PMD(here);
				if
				:: here ->
					/* pte_offset_map() */
					STEP(in_rcu = true);
					READ_PMD(here);
					if
					:: here -> READ_PTE(here); NOTHING; NOTHING
					:: else -> NOTHING
					fi;
					STEP(in_rcu = false; pte_waits = false; pmd_waits = false)
				:: else -> NOTHING
				fi
			:: else -> NOTHING
			fi;
			/* The second entry: a hole. */
			READ_PMD(here); NOTHING; NOTHING
		:: else -> NOTHING
		fi
	   :: else -> NOTHING
	   fi;
	   NOTHING; NOTHING; NOTHING;
	   STEP(here = false; readers--);
	   ENDS
	:: round >= ROUNDS -> break
	od
}

active proctype munmap()
{
	short mine = 0;
	do
	:: d_step { MAY_START -> skip };
	   d_step { !fault && !writer && readers == 0 -> writer = true };
	   NOTHING;
	   STEP(in_tree = false);
	   STEP(writer = false; readers++);
	   d_step { !fault && !ptl -> ptl = true };
	   STEP(pte = false);
	   STEP(ptl = false);
	   STEP(pmd = false);
	   STEP(pte_table = QUEUED);
	   STEP(pud = false);
	   STEP(pmd_table = QUEUED);
	   NOTHING;
	   STEP(pte_table = WAITS; pte_waits = in_rcu);
	   STEP(pmd_table = WAITS; pmd_waits = in_rcu);
	   STEP(readers--);
	   ENDS
	:: round >= ROUNDS -> break
	od
}

active proctype rcu()
{
	do
	:: d_step { !fault && pte_table == WAITS && !pte_waits -> pte_table = FREED }
	:: d_step { !fault && pmd_table == WAITS && !pmd_waits -> pmd_table = FREED }
	:: d_step { !fault && done == 2 && pte_table == FREED && pmd_table == FREED ->
		done = 0; round++; in_tree = true; pud = true; pmd = true; pte = true; pmd_table = LIVE; pte_table = LIVE }
#ifdef FIND
	:: d_step { fault -> assert(false) }
#endif
	:: round >= ROUNDS -> break
	od
}
