//! All kinds of jobs.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::alert_notices::{AlertNoticeContext, bot};
use crate::delivery::replay;
use crate::identity::IdentityContext;
use crate::intake::IntakeContext;
use crate::intake::messenger::poll;
use crate::job::{JobKind, Kind, chore, kind};
use crate::platform::PlatformContext;
use crate::source::line::{self, renew, schedule};
use crate::tenant::{plan, subscription, watch};
use crate::unregister::UnregisterLine;
use crate::usage::UsageContext;
use crate::{alert_checks, contact, identity, lead_origin, template};

/// After a failure of a kind whose attempts are an hour, a minute or less apart.
const HOUR: [TimeDelta; 1] = [TimeDelta::hours(1)];
const MINUTE: [TimeDelta; 1] = [TimeDelta::minutes(1)];

pub(super) fn kinds(
    platform: &Arc<PlatformContext>,
    identity: &Arc<IdentityContext>,
    intake: &Arc<IntakeContext>,
    usage: &Arc<UsageContext>,
    alert_notices: &Arc<AlertNoticeContext>,
) -> Vec<Arc<dyn JobKind>> {
    let (delivery, sources, tenants) = (&intake.delivery, &intake.sources, &intake.tenants);
    let (hours, minutes) = (TimeDelta::hours, TimeDelta::minutes);
    // Few visits and checks at a time, so that a restart does not query amoCRM for all accounts at once.
    let mut kinds = vec![
        kind(watch::KIND, tenants, watch::visit).at_once(4, 1).within(4),
        kind(plan::KIND, tenants, plan::look).at_once(4, 1),
        kind(subscription::KIND, tenants, subscription::check).at_once(4, 1).within(4).waits(&subscription::WAITS),
        kind(contact::KIND, tenants, contact::link_later).within(3).waits(&contact::BACK_OFF).gives_up(),
        kind(lead_origin::KIND, tenants, lead_origin::write_origin).waits(&lead_origin::BACK_OFF).gives_up(),
        kind(schedule::WATCH, sources, line::check).at_once(4, 4).within(4),
        kind(schedule::RENEW, sources, renew::ask).at_once(4, 4).waits(&HOUR),
        kind(schedule::POLL, intake, poll::poll).at_once(16, 16).waits(&MINUTE),
        kind(template::KIND, sources, template::go_on).within(5),
        kind(replay::KIND, delivery, replay::go_on).waits(&MINUTE),
        chore("sessions", hours(1), platform, identity, async |app| {
            Ok(identity::sweep::round(&app).await.map(drop)?)
        }),
        chore("expired_rows", hours(1), platform, tenants, async |app| Ok(watch::clean(&app).await.map(drop)?)),
        chore("moved_rows", minutes(5), platform, platform, move_rows),
        chore("alert_checks", minutes(1), platform, usage, async |app| alert_checks::round(&app).await),
        chore("alert_limits", minutes(30), platform, usage, async |app| alert_checks::limits(&app).await),
    ];
    if alert_notices.bot.is_some() {
        kinds.push(kind(bot::KIND, alert_notices, bot::look).waits(&MINUTE).once_for_all());
    }
    let shared = |kind: Kind| -> Arc<dyn JobKind> { Arc::new(kind) };
    let own: Arc<dyn JobKind> = Arc::new(UnregisterLine { platform: platform.clone() });
    kinds.into_iter().map(shared).chain([own]).collect()
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
