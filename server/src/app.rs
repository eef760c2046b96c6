//! The running application: every module's context, wired together once.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use base::config::Config;
use base::fault::Faults;
use base::rate_limit::RateLimiter;
use base::store::Store;
use base::telemetry;
use base::vault::Vault;
use chrono::TimeDelta;
use connectors::Connector;
use domain::alert_notices::{AlertNoticeContext, bot};
use domain::announcements::Announced;
use domain::audit::Refusals;
use domain::delivery::gauges::LastWaiting;
use domain::delivery::read::report::KeptFacts;
use domain::delivery::slots::Slots;
use domain::delivery::{DeliveryContext, replay};
use domain::identity::{self, IdentityContext, throttle};
use domain::intake::crm::{LostHooks, account};
use domain::intake::messenger::poll;
use domain::intake::{IntakeContext, block};
use domain::job::{JobContext, JobKind, Kind, chore, kind};
use domain::load_shedding::{Load, LoadSheddingContext};
use domain::media::{MediaContext, MediaService};
use domain::platform::{PlatformContext, stands_on};
use domain::route::versions::RulesInForce;
use domain::route::{carry, fallback};
use domain::source::line::{self, watch as lines};
use domain::source::{ChangeLocks, ComparedWith, ListedTemplates, Observations, SourceContext, UnsavedCredentials};
use domain::tenant::{self, TenantContext, plan, subscription, watch};
use domain::unregister::UnregisterLine;
use domain::usage::{RecentKeys, Searches, StorageSums, UsageContext};
use domain::{alert_checks, contact, lead_note, lead_origin, sale, salesbot, takeover, template};
use pages::panel::PanelContext;
use pages::service_status::{Board, StatusContext};
use tokio::sync::Semaphore;

use crate::oauth::OauthContext;
use crate::webchat::{Guests, WebchatContext};
use crate::widget_api::{CallerMemory, WidgetContext};

/// Sources whose calls to their messengers are remembered.
const SOURCES: u64 = 50_000;
/// Rate limits for reading histories that are remembered.
const HISTORIES: u64 = 20_000;

/// The running application. Only the server, the command line and tests know it; modules know their contexts.
pub struct App {
    pub platform: Arc<PlatformContext>,
    pub jobs: Arc<JobContext>,
    pub identity: Arc<IdentityContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub delivery: Arc<DeliveryContext>,
    pub intake: Arc<IntakeContext>,
    pub usage: Arc<UsageContext>,
    pub alert_notices: Arc<AlertNoticeContext>,
    pub oauth: Arc<OauthContext>,
    pub load_shedding: Arc<LoadSheddingContext>,
    pub webchat: Arc<WebchatContext>,
    pub widget: Arc<WidgetContext>,
    pub panel: Arc<PanelContext>,
    pub status: Arc<StatusContext>,
}

impl App {
    /// Builds the application and starts the writer tasks. The database must be open and migrated.
    pub fn new(config: Config, store: Store, vault: Vault, faults: Faults) -> anyhow::Result<Arc<Self>> {
        Self::with_connectors(config, store, vault, faults, Vec::new())
    }

    /// [`App::new`] with messengers from other crates.
    pub fn with_connectors(
        config: Config,
        store: Store,
        vault: Vault,
        faults: Faults,
        more_connectors: Vec<Arc<dyn Connector>>,
    ) -> anyhow::Result<Arc<Self>> {
        let platform = Arc::new(PlatformContext::new(config, store, vault, faults, more_connectors)?);
        let config = &platform.config;
        let messengers = platform.connectors.kinds().filter_map(|kind| platform.connectors.get(kind));
        let integrations = platform.integrations.all();
        let integrations = integrations.iter().map(|integration| tenant::pool_of(&integration.name));
        telemetry::start_counters_of("remote", integrations.chain(messengers.map(|one| one.pool().to_owned())));

        let identity = Arc::new(IdentityContext {
            platform: platform.clone(),
            refusals: Refusals::default(),
            tries: throttle::FullCounters::default(),
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
        });
        let media = MediaService::open(&config.media, &platform.http)?;
        let load = Arc::new(Load::new(&config.limits));
        let load_shedding = Arc::new(LoadSheddingContext {
            platform: platform.clone(),
            load: load.clone(),
            upload_buffer: media.buffer(),
        });
        let files = Arc::new(MediaContext { platform: platform.clone(), media });
        let tenants = Arc::new(TenantContext {
            platform: platform.clone(),
            files: files.clone(),
            installs: tenant::install::Overflow::default(),
            crm_skew: tenant::CrmSkew::default(),
            rest_rate_limit: tenant::RestRateLimit::new(platform.store.clone(), config.rates.rest_per_account),
            users: tenant::users::UserLists::default(),
            crm_users: tenant::users::UserRights::default(),
            incoming_leads: tenant::IncomingLeads::default(),
        });
        let sources = Arc::new(SourceContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            source_observations: Observations::default(),
            source_changes: ChangeLocks::default(),
            listed_templates: ListedTemplates::default(),
            compared: ComparedWith::default(),
            unsaved: UnsavedCredentials::default(),
            source_tests: RateLimiter::new(SOURCES),
        });
        let delivery = Arc::new(DeliveryContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            sources: sources.clone(),
            slots: Slots::default(),
            calls: RateLimiter::new(SOURCES),
            waiting: LastWaiting::default(),
            report_facts: KeptFacts::default(),
        });
        let intake = Arc::new(IntakeContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            sources: sources.clone(),
            delivery: delivery.clone(),
            crm_acts: account::Acts::default(),
            lost: LostHooks::default(),
            histories: RateLimiter::new(HISTORIES),
        });
        let usage = Arc::new(UsageContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            sources: sources.clone(),
            delivery: delivery.clone(),
            intake: intake.clone(),
            keys: RecentKeys::default(),
            searches: Searches::default(),
            stored: StorageSums::default(),
            announced: Announced::default(),
            load,
        });
        let alert_notices = Arc::new(AlertNoticeContext::new(delivery.clone(), identity.clone()));
        Ok(Arc::new(Self {
            oauth: Arc::new(OauthContext {
                platform: platform.clone(),
                tenants: tenants.clone(),
                identity: identity.clone(),
            }),
            webchat: Arc::new(WebchatContext {
                platform: platform.clone(),
                files: files.clone(),
                tenants: tenants.clone(),
                intake: intake.clone(),
                usage: usage.clone(),
                identity: identity.clone(),
                guests: Guests::new(&config.limits),
            }),
            widget: Arc::new(WidgetContext {
                platform: platform.clone(),
                tenants: tenants.clone(),
                sources: sources.clone(),
                usage: usage.clone(),
                identity: identity.clone(),
                widget: CallerMemory::default(),
            }),
            panel: Arc::new(PanelContext {
                platform: platform.clone(),
                tenants: tenants.clone(),
                sources: sources.clone(),
                delivery: delivery.clone(),
                intake: intake.clone(),
                usage: usage.clone(),
                identity: identity.clone(),
                alert_notices: alert_notices.clone(),
            }),
            jobs: Arc::new(JobContext {
                platform: platform.clone(),
                kinds: kinds(&platform, &identity, &intake, &usage, &alert_notices),
            }),
            status: Arc::new(StatusContext {
                platform: platform.clone(),
                delivery: delivery.clone(),
                board: Board::default(),
            }),
            platform: platform.clone(),
            identity,
            files,
            tenants,
            sources,
            delivery,
            intake,
            usage,
            alert_notices,
            load_shedding,
        }))
    }

    /// Hands each module's context to its handlers.
    pub fn share(self: &Arc<Self>, web: &mut ServiceConfig) {
        web.app_data(Data::from(self.clone()))
            .app_data(Data::from(self.platform.clone()))
            .app_data(Data::from(self.identity.clone()))
            .app_data(Data::from(self.sources.clone()))
            .app_data(Data::from(self.files.clone()))
            .app_data(Data::from(self.intake.clone()))
            .app_data(Data::from(self.usage.clone()))
            .app_data(Data::from(self.oauth.clone()))
            .app_data(Data::from(self.load_shedding.clone()))
            .app_data(Data::from(self.webchat.clone()))
            .app_data(Data::from(self.widget.clone()))
            .app_data(Data::from(self.panel.clone()))
            .app_data(Data::from(self.status.clone()));
    }
}

stands_on!(App);

/// After a failure of a kind whose attempts are an hour, a minute or less apart.
const HOUR: [TimeDelta; 1] = [TimeDelta::hours(1)];
const MINUTE: [TimeDelta; 1] = [TimeDelta::minutes(1)];

fn kinds(
    platform: &Arc<PlatformContext>,
    identity: &Arc<IdentityContext>,
    intake: &Arc<IntakeContext>,
    usage: &Arc<UsageContext>,
    alert_notices: &Arc<AlertNoticeContext>,
) -> Vec<Arc<dyn JobKind>> {
    let (delivery, sources, tenants) = (&intake.delivery, &intake.sources, &intake.tenants);
    let (hours, minutes) = (TimeDelta::hours, TimeDelta::minutes);
    let rules = RulesInForce::default();
    // Few visits and checks at a time, so that a restart does not query amoCRM for all accounts at once.
    let mut kinds = vec![
        kind(watch::KIND, tenants, watch::visit).at_once(4, 1).within(4),
        kind(plan::KIND, tenants, plan::look).at_once(4, 1),
        kind(subscription::KIND, tenants, subscription::check).at_once(4, 1).within(4).waits(&subscription::WAITS),
        kind(contact::KIND, tenants, contact::link_later).within(3).waits(&contact::BACK_OFF).gives_up(),
        kind(block::KIND, intake, block::show).waits(&MINUTE),
        kind(block::RELEASE, intake, block::release).waits(&MINUTE),
        kind(lead_origin::KIND, tenants, lead_origin::write_origin).waits(&lead_note::BACK_OFF).gives_up(),
        kind(lead_note::KIND, tenants, lead_note::write).waits(&lead_note::BACK_OFF).gives_up(),
        kind(carry::KIND, intake, move |app, job| carry::route(app, rules.clone(), job))
            .at_once(16, 2)
            .within(3)
            .waits(&carry::BACK_OFF)
            .gives_up(),
        kind(salesbot::KIND, intake, salesbot::go_on).at_once(16, 4).waits(&lead_note::BACK_OFF).gives_up(),
        kind(fallback::KIND, intake, fallback::fall_back).waits(&carry::BACK_OFF).gives_up(),
        // Accounts' own servers may hang for a while: many accounts at a time, each with one sale.
        kind(sale::KIND, tenants, sale::send).at_once(32, 1).within(3).waits(&sale::BACK_OFF).gives_up(),
        kind(sale::CHECKS, tenants, sale::check).at_once(4, 1).within(4).waits(&HOUR),
        kind(lines::WATCH, sources, line::check).at_once(4, 4).within(4),
        kind(lines::RENEW, sources, lines::ask).at_once(4, 4).waits(&HOUR),
        kind(lines::POLL, intake, poll::poll).at_once(16, 16).waits(&MINUTE),
        kind(template::KIND, sources, template::go_on).within(5),
        kind(takeover::KIND, delivery, takeover::go_on).within(5).waits(&takeover::BACK_OFF),
        kind(lines::TEMPLATES, sources, template::daily).at_once(4, 1).waits(&HOUR),
        kind(replay::KIND, delivery, replay::go_on).waits(&MINUTE),
        chore("sessions", hours(1), platform, identity, async |app| {
            Ok(identity::throttle::sweep(&app).await.map(drop)?)
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
    let kinds: Vec<_> = kinds.into_iter().map(shared).chain([own]).collect();
    telemetry::start_counters_of("kind", kinds.iter().map(|kind| kind.name().to_owned()));
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
