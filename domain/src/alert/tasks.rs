//! The vendor's alerts about background tasks that keep failing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base::store::VENDOR;
use sea_orm::DbErr;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Alarm;
use crate::platform::PlatformContext;

const ALARM: &str = "task_failing";
/// Delay before raising an alert again that the database did not store or that another process closed.
const LOOK: Duration = Duration::from_secs(10);

/// Keeps the alerts in line with the state of this process's tasks, until the stop.
pub async fn run(app: Arc<PlatformContext>, stop: CancellationToken) {
    // Alerts of dead processes; live processes raise theirs again.
    let mut raised = match super::open(app.store.read(), VENDOR).await {
        Ok(open) => {
            open.iter().filter_map(|alert| alert.key.strip_prefix("task_failing:").map(str::to_owned)).collect()
        }
        Err(_) => BTreeSet::new(),
    };
    loop {
        if let Err(error) = look(&app, &mut raised).await {
            tracing::warn!(%error, "an alert about a background task could not be stored; it will be retried");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.supervisor.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Raises alerts that are not open and closes those that are over; `raised` names the tasks whose alerts this process
/// may close.
async fn look(app: &PlatformContext, raised: &mut BTreeSet<String>) -> Result<(), DbErr> {
    let failing = app.supervisor.failing();
    for one in &failing {
        raised.insert(one.task.to_owned());
        if !super::is_open(app.store.read(), VENDOR, ALARM, one.task).await? {
            let detail = json!({ "task": one.task, "said": one.why });
            let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: one.task, source_id: None, detail };
            super::raise(app, app.store.write(), alarm).await?;
        }
    }
    let over: Vec<String> =
        raised.iter().filter(|task| failing.iter().all(|one| one.task != task.as_str())).cloned().collect();
    for task in over {
        super::resolve(app, app.store.write(), VENDOR, ALARM, &task).await?;
        raised.remove(&task);
    }
    Ok(())
}
