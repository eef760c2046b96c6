//! The vendor's integrations and channels, of the file and stored, and the accounts' connections to them.

use std::collections::BTreeMap;

use actix_web::web;
use askama::Template;
use base::config::{Channel, Integration, ReactionSupport};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Sentence, Words};
use domain::doctor::{self, LastLook, RoadInspector, RoadRecords};
use domain::identity::{EmptyForm, Form};
use domain::integrations::ListedIntegration;
use domain::tenant::ChannelStatus;
use entity::tenant_channel::{self, Column};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use uuid::Uuid;

use super::accounts;
use super::doctor::badge;
use super::letter::{self, LetterSubject, RegistrationLetter};
use super::operator::AdminVisitor;
use super::states::{self, StateBadge};
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, html};

/// Most accounts listed that a channel does not accept.
const NAMED: u64 = 50;

#[derive(Template)]
#[template(path = "admin/channels.html")]
struct Channels {
    page: PageContext,
    integrations: Vec<IntegrationRow>,
    /// Names of stored ones that cannot be opened.
    unreadable: Vec<String>,
}

struct IntegrationRow {
    listed: ListedIntegration,
    /// Of the list.
    one: Integration,
    /// Where it is changed.
    place: Sentence,
    redirect_uri: String,
    /// The steps to the marketplace; none once all are done.
    road: Option<RoadRow>,
    channels: Vec<ChannelRow>,
}

/// The road to the marketplace, as it was seen.
struct RoadRow {
    /// When it was last checked; none if it never was.
    looked_at: Option<i64>,
    steps: Vec<StepRow>,
}

/// A step to the marketplace.
struct StepRow {
    title: Sentence,
    /// None: it could be proved only after an earlier one.
    badge: Option<StateBadge>,
    /// It is the first that was not done.
    is_next: bool,
    /// What was so, and what to do about it.
    said: Vec<String>,
}

impl IntegrationRow {
    fn secret_end(&self) -> String {
        end_of(&self.one.client_secret)
    }

    fn previous_secret_end(&self) -> Option<String> {
        self.one.previous_client_secret.as_ref().map(end_of)
    }

    fn widget_code(&self) -> &str {
        self.one.widget.as_ref().and_then(|widget| widget.code.as_deref()).unwrap_or_default()
    }
}

struct ChannelRow {
    id: String,
    code: String,
    title: String,
    secret_end: String,
    connectors: Vec<Sentence>,
    /// Its id at amoCRM; empty if none.
    bot: String,
    webhook: String,
    agreed: Vec<(Sentence, String)>,
    counts: Vec<(StateBadge, i64)>,
    refused: Vec<RefusedRow>,
}

struct RefusedRow {
    tenant_id: Uuid,
    host: String,
    account_id: i64,
}

/// The page.
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    let words = visitor.words;
    let counts = counts(&app).await?;
    let mut integrations = Vec::new();
    let mut unreadable = Vec::new();
    for mut listed in domain::integrations::list(&app).await? {
        let Some(one) = listed.integration.take() else {
            unreadable.push(listed.name);
            continue;
        };
        let mut channels = Vec::new();
        for channel in &one.channels {
            let refused = refused_rows(&app, channel).await?;
            channels.push(channel_row(&app, words, channel, &counts, refused));
        }
        let place = words.text(if listed.in_file { "admin-int-in-file" } else { "admin-int-stored" });
        let redirect_uri = one.redirect_uri(&app.config.server.public_url);
        let road = if listed.in_use { road(&app, words, &one).await? } else { None };
        integrations.push(IntegrationRow { listed, one, place, redirect_uri, road, channels });
    }
    let page = visitor.page("admin-integrations", "/admin/channels");
    html(&page, &Channels { page: page.clone(), integrations, unreadable })
}

/// The stored check of an integration in use, until every step is done; drawing the page calls nobody.
async fn road(app: &PanelContext, words: Words, one: &Integration) -> Result<Option<RoadRow>, DbErr> {
    if doctor::is_at_its_end(&app.store, one).await? {
        return Ok(None);
    }
    let Some(look) = LastLook::of_road(&app.store, &one.name).await? else {
        return Ok(Some(RoadRow { looked_at: None, steps: Vec::new() }));
    };
    let next = look.next().map(|step| step.name.as_str());
    let in_words = |text: &LocalizedText| text.in_words(words, one.platform.brand());
    let steps = look.seen.iter().map(|step| StepRow {
        title: words.text_of("admin-road-", &step.name),
        badge: step.status.map(|status| badge(words, status)),
        is_next: next == Some(step.name.as_str()),
        said: step.said.iter().map(|(so, remedy)| format!("{} → {}", in_words(so), in_words(remedy))).collect(),
    });
    Ok(Some(RoadRow { looked_at: Some(look.at), steps: steps.collect() }))
}

/// Looks at the road of an integration, which asks amoCRM, and keeps what is seen.
pub async fn look(app: AppData, visitor: AdminVisitor, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let integration = app.integrations.named(&name).ok_or(Error::NotFound)?;
    let inspector = RoadInspector {
        public_url: &app.config.server.public_url,
        http: app.http.amocrm(),
        clock: &app.clock,
        records: Some(RoadRecords { store: &app.store, vault: &app.vault }),
    };
    let road = inspector.road(&integration).await?;
    LastLook::keep_road(&app.store, &integration.name, &road, app.clock.millis()).await?;
    visitor.see_other(&app, "/admin/channels", Notice::done(visitor.words.text("admin-road-looked"))).await
}

fn channel_row(
    app: &PanelContext,
    words: Words,
    channel: &Channel,
    counts: &BTreeMap<Uuid, Vec<(String, i64)>>,
    refused: Vec<RefusedRow>,
) -> ChannelRow {
    let id = Uuid::try_parse(&channel.id).unwrap_or_default();
    let counted = counts.get(&id).map_or(&[][..], Vec::as_slice);
    ChannelRow {
        id: channel.id.clone(),
        code: channel.code.clone(),
        title: channel.title.clone(),
        secret_end: end_of(&channel.secret),
        connectors: channel.connectors.iter().map(|kind| words.text_of("connector-", kind)).collect(),
        bot: channel.bot.as_ref().map(|bot| bot.id.clone()).unwrap_or_default(),
        webhook: format!("{}/location/:scope_id", app.public_url()),
        agreed: agreement_rows(words, channel),
        counts: counted.iter().map(|(status, count)| (states::channel(words, status), *count)).collect(),
        refused,
    }
}

/// The settings agreed with amoCRM's support, from the configuration.
fn agreement_rows(words: Words, channel: &Channel) -> Vec<(Sentence, String)> {
    let answer = |yes: bool| words.text(if yes { "channel-yes" } else { "channel-no" }).to_string();
    let window = match channel.time_window_seconds {
        Some(seconds) => {
            let millis = i64::try_from(seconds).unwrap_or(i64::MAX / 1000).saturating_mul(1000);
            base::i18n::duration(millis, words)
        }
        None => answer(false),
    };
    let reactions = match &channel.reactions {
        ReactionSupport::Off => answer(false),
        ReactionSupport::All => words.text("channel-all").to_string(),
        ReactionSupport::Only(list) => list.concat(),
    };
    let plans = channel.allowed_plans.iter().map(|plan| words.text("admin-channel-plan").with("plan", plan.as_str()));
    let listed: Vec<String> =
        channel.allowed_accounts.iter().cloned().chain(plans.map(|plan| plan.to_string())).collect();
    let accounts = match (channel.public, listed.is_empty()) {
        (true, _) => words.text("admin-channel-all-accounts").to_string(),
        (false, true) => words.text("admin-channel-crm-decides").to_string(),
        (false, false) => listed.join(", "),
    };
    [
        ("admin-agreed-accounts", accounts),
        ("admin-agreed-write-first", answer(channel.write_first)),
        ("admin-agreed-window", window),
        ("admin-agreed-templates", answer(channel.block_after_window)),
        ("admin-agreed-reactions", reactions),
        ("admin-agreed-quotes", answer(channel.quotes)),
        ("admin-agreed-forwards", answer(channel.forwards)),
        ("admin-agreed-voice", answer(channel.voice)),
        ("admin-agreed-typing", answer(channel.typing_hooks)),
        ("admin-agreed-files", answer(channel.stores_files)),
    ]
    .map(|(key, value)| (words.text(key), value))
    .into()
}

/// Channel → state → accounts.
async fn counts(app: &PanelContext) -> Result<BTreeMap<Uuid, Vec<(String, i64)>>, DbErr> {
    let rows: Vec<(Uuid, String, i64)> = tenant_channel::Entity::find()
        .select_only()
        .column(Column::ChannelId)
        .column(Column::Status)
        .column_as(Column::TenantId.count(), "accounts")
        .group_by(Column::ChannelId)
        .group_by(Column::Status)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let mut counts: BTreeMap<Uuid, Vec<(String, i64)>> = BTreeMap::new();
    for (channel, status, count) in rows {
        counts.entry(channel).or_default().push((status, count));
    }
    Ok(counts)
}

/// Accounts that are connected to a channel now.
pub(super) async fn connected(app: &PanelContext, channel: &Channel) -> Result<u64, DbErr> {
    let Ok(id) = Uuid::try_parse(&channel.id) else { return Ok(0) };
    tenant_channel::Entity::find()
        .filter(Column::ChannelId.eq(id))
        .filter(Column::Status.eq(ChannelStatus::Connected.as_str()))
        .count(app.store.read())
        .await
}

/// The newest accounts that amoCRM refuses to connect to this channel.
async fn refused_rows(app: &PanelContext, channel: &Channel) -> Result<Vec<RefusedRow>, DbErr> {
    let Ok(id) = Uuid::try_parse(&channel.id) else { return Ok(Vec::new()) };
    let rows = tenant_channel::Entity::find()
        .filter(Column::ChannelId.eq(id))
        .filter(Column::Status.eq(ChannelStatus::NotAllowed.as_str()))
        .order_by_desc(Column::TenantId)
        .limit(NAMED)
        .all(app.store.read())
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.tenant_id).collect();
    let tenants = accounts::by_ids(app.store.read(), &ids).await?;
    let named = |row: &tenant_channel::Model| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == row.tenant_id)?;
        let (host, account_id) = (tenant.host.clone(), tenant.account_id);
        Some(RefusedRow { tenant_id: row.tenant_id, host, account_id })
    };
    Ok(rows.iter().filter_map(named).collect())
}

/// The last four characters of a secret, fewer of a short one.
pub(super) fn end_of(secret: &SecretString) -> String {
    let signs: Vec<char> = secret.expose_secret().chars().collect();
    let shown = 4.min(signs.len() / 4);
    signs.iter().skip(signs.len() - shown).collect()
}

#[derive(Template)]
#[template(path = "admin/letter.html")]
struct LetterPage {
    page: PageContext,
    letter: RegistrationLetter,
    integration: String,
    /// Empty: a channel that is not yet registered.
    channel: String,
    languages: Vec<Language>,
    chosen: Language,
}

/// The query of the page.
#[derive(Deserialize)]
pub struct LetterPageQuery {
    integration: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    letter: String,
}

/// The page.
pub async fn show_letter(app: AppData, visitor: AdminVisitor, query: web::Query<LetterPageQuery>) -> Answer {
    let integration = app.integrations.named(&query.integration).ok_or(Error::NotFound)?;
    let channel = match query.channel.as_str() {
        "" => letter::model(&integration),
        id => Some(integration.channels.iter().find(|channel| channel.id == id).ok_or(Error::NotFound)?),
    };
    let chosen = Language::of_code(&query.letter).unwrap_or(visitor.words.language()).complete();
    let letter = letter::write(
        LetterSubject {
            config: &app.config,
            integration: &integration,
            channel,
            registered: !query.channel.is_empty(),
        },
        chosen,
    )?;
    let page = visitor.page("admin-letter", "/admin/channels");
    let shown = LetterPage {
        page: page.clone(),
        letter,
        integration: integration.name.clone(),
        channel: query.channel.clone(),
        languages: Language::COMPLETE.into(),
        chosen,
    };
    html(&page, &shown)
}
