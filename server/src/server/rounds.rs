//! What every process repeats: it concerns the process's own memory, or its rows are claimed one by one. What must be
//! done at a certain time, once for all processes, is a job instead.

use domain::platform::PlatformContext;
use domain::{alert_notices, audit, delivery, load_shedding, source, tenant, usage, vendor_webhooks};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base::due;
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::{webchat, webhook_notices};

type Working = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One of them. Its name is that of a task in metrics and alerts.
struct Round {
    name: &'static str,
    /// From the end of one to the beginning of the next.
    every: Duration,
    /// Also at the start and at the stop.
    at_start: bool,
    at_stop: bool,
    work: Box<dyn Fn() -> Working + Send + Sync>,
}

impl Round {
    fn new<Context, Work>(
        name: &'static str,
        seconds: u64,
        context: &Arc<Context>,
        work: impl Fn(Arc<Context>) -> Work + Send + Sync + 'static,
    ) -> Self
    where
        Context: Send + Sync + 'static,
        Work: Future<Output = ()> + Send + 'static,
    {
        let context = context.clone();
        let work = Box::new(move || -> Working { Box::pin(work(context.clone())) });
        Self { name, every: Duration::from_secs(seconds), at_start: false, at_stop: false, work }
    }

    fn at_start(self) -> Self {
        Self { at_start: true, ..self }
    }

    fn at_stop(self) -> Self {
        Self { at_stop: true, ..self }
    }

    async fn repeat(&self, stop: &CancellationToken) {
        if self.at_start {
            (self.work)().await;
        }
        due::every(self.every, stop, || (self.work)()).await;
        if self.at_stop {
            (self.work)().await;
        }
    }
}

/// Runs all rounds side by side until the stop, each under the supervisor: one that panics or takes long changes nothing for
/// the others.
pub(super) async fn run(app: Arc<App>, deliver: bool, stop: CancellationToken) {
    let mut rounds = always(&app);
    if deliver {
        rounds.extend(delivering(&app));
    }
    join_all(rounds.into_iter().map(|round| keep(app.clone(), round, stop.clone()))).await;
}

async fn keep(app: Arc<App>, round: Round, stop: CancellationToken) {
    app.supervisor.keep(round.name, &stop, || round.repeat(&stop)).await;
}

fn always(app: &Arc<App>) -> Vec<Round> {
    vec![
        Round::new("audit", 5, &app.identity, async |app| audit::flush(&app, &app.refusals).await).at_stop(),
        Round::new("usage", 10, &app.usage, usage::write_sums).at_stop(),
    ]
}

fn delivering(app: &Arc<App>) -> Vec<Round> {
    let mut rounds = vec![
        Round::new("expire", 60, &app.delivery, delivery::worker::watch_expired).at_start(),
        Round::new("balance", 60, &app.delivery, delivery::gauges::watch_balance),
        Round::new("gauges", 15, &app.delivery, delivery::gauges::publish).at_start(),
        // Often: what is refused for lack of room is taken again as soon as there is some.
        Round::new("disks", 2, &app.load_shedding, load_shedding::look_at_disks).at_start(),
        Round::new("plans", 24 * 3_600, &app.tenants, tenant::plan::look_again).at_start(),
        Round::new("proofs", 5, &app.sources, async |app| source::observations::write_proofs(&app).await),
        Round::new("reconcile", 5, &app.sources, async |app| {
            source::reconcile::due_now(&app).await;
        }),
        Round::new("source_notices", 2, &app.usage, async |app| {
            webhook_notices::due_now(&app).await;
        }),
        Round::new("vendor_webhooks", 3_600, &app.platform, vendor_webhooks::end_alerts).at_start(),
        Round::new("alert_notices", 15, &app.alert_notices, alert_notices::look),
        Round::new("status", 60, &app.status, pages::service_status::note).at_start(),
        Round::new("chat_emails", 15, &app.webchat, webchat::by_email::look),
    ];
    // Each webhook has its own, so that one that hangs slows no other.
    for webhook in 0..app.config.vendor_webhooks.len() {
        let round = move |app: Arc<PlatformContext>| async move {
            if let Some(webhook) = app.config.vendor_webhooks.get(webhook) {
                vendor_webhooks::round(&app, webhook).await;
            }
        };
        rounds.push(Round::new("vendor_webhooks", 2, &app.platform, round));
    }
    rounds
}
