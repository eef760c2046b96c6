//! The steps and their frequencies.

use std::time::Duration;

use rand::RngExt;

use super::scene::Scene;

#[derive(Clone, Copy)]
enum Step {
    CustomerWrites,
    ManagerWrites,
    HookIsHeldBack,
    HeldHookComes,
    HookIsLost,
    LostHooksAreLookedFor,
    MessengerTells,
    LettersLeave,
    LettersStartAtOnce,
    LeasesAndDies,
    TimePasses,
    AmocrmFails,
    MessengerFails,
    SomethingHereFails,
    WorkerDies,
    ProcessDies,
    LeaseRunsOut,
    TokenExpires,
}

/// Percent.
const WEIGHTS: [(Step, u32); 18] = [
    (Step::CustomerWrites, 16),
    (Step::ManagerWrites, 16),
    (Step::HookIsHeldBack, 4),
    (Step::HeldHookComes, 4),
    (Step::HookIsLost, 2),
    (Step::LostHooksAreLookedFor, 2),
    (Step::MessengerTells, 4),
    (Step::LettersLeave, 12),
    (Step::LettersStartAtOnce, 4),
    (Step::LeasesAndDies, 2),
    (Step::TimePasses, 8),
    (Step::AmocrmFails, 8),
    (Step::MessengerFails, 6),
    (Step::SomethingHereFails, 6),
    (Step::WorkerDies, 2),
    (Step::ProcessDies, 1),
    (Step::LeaseRunsOut, 2),
    (Step::TokenExpires, 1),
];

impl Scene {
    /// Takes a random step.
    pub async fn step(&mut self) {
        self.now += 1;
        let lane = self.random.random_range(0..self.lanes.len());
        match self.chosen() {
            Step::CustomerWrites => {
                let (copies, at_once) = self.copies();
                self.customer_writes(lane, copies, at_once).await;
            }
            Step::ManagerWrites => {
                let (copies, at_once) = self.copies();
                let hook = self.manager_writes(lane);
                self.hook_comes(hook, copies, at_once).await;
            }
            Step::HookIsHeldBack => {
                let hook = self.manager_writes(lane);
                self.notes(format!("a hook to {} is held back", self.lanes[lane].name));
                self.held.push(hook);
            }
            Step::HeldHookComes => self.held_hook_comes().await,
            Step::HookIsLost => {
                drop(self.manager_writes(lane));
                self.notes(format!("a hook to {} is lost", self.lanes[lane].name));
            }
            Step::LostHooksAreLookedFor => self.looks_for_lost_hooks().await,
            Step::MessengerTells => self.messenger_reports().await,
            Step::LettersLeave => {
                let workers = self.random.random_range(1..=3);
                self.deliver(workers).await;
            }
            Step::LettersStartAtOnce => self.starts_at_once().await,
            Step::LeasesAndDies => self.leases_and_dies().await,
            Step::TimePasses => {
                let seconds = self.random.random_range(1..=70);
                self.notes(format!("{seconds} s pass"));
                self.time_passes(Duration::from_secs(seconds));
            }
            Step::AmocrmFails => self.amocrm_fails(),
            Step::MessengerFails => self.messenger_fails(),
            Step::SomethingHereFails => self.something_here_fails(),
            Step::WorkerDies => self.worker_dies().await,
            Step::ProcessDies => self.process_dies().await,
            Step::LeaseRunsOut => self.lease_runs_out(lane).await,
            Step::TokenExpires => self.token_expires().await,
        }
        self.looks_around();
    }

    fn chosen(&mut self) -> Step {
        let mut left = self.random.random_range(0..WEIGHTS.iter().map(|(_, weight)| weight).sum());
        for (step, weight) in WEIGHTS {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return step,
            }
        }
        Step::LettersLeave
    }

    /// How often a message is sent: mostly once.
    fn copies(&mut self) -> (usize, bool) {
        match self.random.random_range(0..10) {
            0 => (2, false),
            1 => (3, true),
            _ => (1, false),
        }
    }

    async fn held_hook_comes(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let held = self.held.swap_remove(self.random.random_range(0..self.held.len()));
        self.hook_comes(held, 1, false).await;
    }

    /// Delivers what is due with several workers concurrently. One that cannot read the queue dies with its current
    /// work.
    pub async fn deliver(&mut self, workers: usize) {
        self.begins();
        let running: Vec<_> = (0..workers)
            .map(|number| {
                let mut worker = self.worker(number);
                tokio::spawn(async move { worker.deliver_all().await.is_ok() })
            })
            .collect();
        for worker in running {
            if !worker.await.unwrap_or(false) {
                self.dies("a worker that cannot read the queue ends");
            }
        }
    }

    /// Counts a death. Requests in progress then have an unknown outcome.
    pub fn dies(&mut self, what: &str) {
        self.deaths += 1;
        self.history.unknown_outcomes += 16;
        self.notes(what.to_owned());
    }
}
