//! All kinds of jobs.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::alert_notices::AlertNoticeContext;
use crate::alert_notices::bot::PollBot;
use crate::contact::LinkContact;
use crate::delivery::replay::StepReplay;
use crate::identity::IdentityContext;
use crate::intake::IntakeContext;
use crate::intake::messenger::poll::PollMessenger;
use crate::job::{JobKind, chore};
use crate::lead_origin::WriteOrigin;
use crate::platform::PlatformContext;
use crate::source::line::WatchLine;
use crate::source::line::renew::RenewCredentials;
use crate::template::ReviewTemplate;
use crate::tenant::plan::SettlePlan;
use crate::tenant::subscription::CheckSubscription;
use crate::tenant::watch::VisitAccount;
use crate::unregister::UnregisterLine;
use crate::usage::UsageContext;
use crate::{alert_checks, identity, tenant};

pub(super) fn kinds(
    platform: &Arc<PlatformContext>,
    identity: &Arc<IdentityContext>,
    intake: &Arc<IntakeContext>,
    usage: &Arc<UsageContext>,
    alert_notices: &Arc<AlertNoticeContext>,
) -> Vec<Arc<dyn JobKind>> {
    let (delivery, sources, tenants) = (&intake.delivery, &intake.delivery.sources, &intake.delivery.sources.tenants);
    let (hours, minutes) = (TimeDelta::hours, TimeDelta::minutes);
    let mut kinds: Vec<Arc<dyn JobKind>> = vec![
        Arc::new(VisitAccount(tenants.clone())),
        Arc::new(SettlePlan(tenants.clone())),
        Arc::new(CheckSubscription(tenants.clone())),
        Arc::new(LinkContact(tenants.clone())),
        Arc::new(WriteOrigin(tenants.clone())),
        Arc::new(WatchLine(sources.clone())),
        Arc::new(RenewCredentials(sources.clone())),
        Arc::new(PollMessenger(intake.clone())),
        Arc::new(ReviewTemplate(sources.clone())),
        Arc::new(StepReplay(delivery.clone())),
        Arc::new(UnregisterLine { platform: platform.clone() }),
        chore("sessions", hours(1), platform, identity, async |app| {
            Ok(identity::sweep::round(&app).await.map(drop)?)
        }),
        chore("expired_rows", hours(1), platform, tenants, async |app| {
            Ok(tenant::watch::clean(&app).await.map(drop)?)
        }),
        chore("moved_rows", minutes(5), platform, platform, move_rows),
        chore("alert_checks", minutes(1), platform, usage, async |app| alert_checks::round(&app).await),
        chore("alert_limits", minutes(30), platform, usage, async |app| alert_checks::limits(&app).await),
    ];
    if alert_notices.bot.is_some() {
        kinds.push(Arc::new(PollBot(alert_notices.clone())));
    }
    kinds
}

/// Until there are no processes of 0.1.0 any more: what they left is theirs for two minutes.
async fn move_rows(app: Arc<PlatformContext>) -> anyhow::Result<()> {
    let until = app.clock.millis() - TimeDelta::minutes(2).num_milliseconds();
    let accounts = base::store::migrate::move_jobs(&app.store, until).await?;
    if accounts > 0 {
        tracing::info!(accounts, "work that a process of an earlier version left was taken over");
    }
    Ok(())
}
