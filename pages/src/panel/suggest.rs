//! `GET /panel/suggest`: what the search by Ctrl K offers while a person types: sources by their names, settings by their
//! labels, customers by name or number, and the message or chat whose id was pasted. The pages of the menu are on every page already.

use std::collections::BTreeSet;

use actix_web::web;
use askama::Template;
use base::error::Result;
use base::i18n::Words;
use connectors::Field;
use connectors::kinds::{has_own_server, is_web_chat};
use domain::alert::KINDS;
use domain::alert_notices;
use domain::alert_notices::notice::Channel;
use domain::delivery::read::find;
use domain::source::check::has_services;
use entity::{conversation, message, source};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::fields::name_of;
use super::{Answer, AppData, Member, Nav, PageContext, PanelContext, Right, html, me, reasons};

/// Sources and settings that are offered.
const SOURCES: usize = 5;
const SETTINGS: usize = 6;
const CUSTOMERS: usize = 5;
/// Chats that are read for them: one customer may have several.
const MOST_CHATS: u64 = 50;
/// Characters at least of a setting, a customer's name, and an id.
const SETTING_CHARS: usize = 2;
const CUSTOMER_CHARS: usize = 3;
const ID_CHARS: usize = 6;
/// Longest text that is looked for.
const CHARS: usize = 255;

#[derive(Deserialize)]
pub(super) struct SuggestQuery {
    #[serde(default)]
    q: String,
}

#[derive(Default)]
struct Suggestion {
    href: String,
    /// The sign of its messenger; empty if it has none.
    mark: String,
    label: String,
    /// What it is, and of which messenger, page or source.
    kind: String,
}

#[derive(Template)]
#[template(path = "panel/suggestions.html")]
struct Suggestions {
    rows: Vec<Suggestion>,
}

/// `GET /panel/suggest?q=…`
pub(super) async fn get(app: AppData, member: Member, asked: web::Query<SuggestQuery>) -> Answer {
    member.require(Right::Look)?;
    let typed: String = asked.q.trim().chars().take(CHARS).collect();
    let page = member.page("palette-open", Nav::None);
    let mut rows = Vec::new();
    if !typed.is_empty() {
        rows.extend(sources(&app, &member, &page, &typed).await?);
    }
    let settings = match typed.chars().count() {
        SETTING_CHARS.. => of_settings(&app, &member, &page, &typed).await?,
        _ => Vec::new(),
    };
    // A name that begins with what is typed is nearer than a setting that has it somewhere.
    let (near, far): (Vec<_>, Vec<_>) = settings.into_iter().partition(|one| one.rank <= BEGINS);
    rows.extend(near.into_iter().map(|one| one.suggestion));
    if typed.chars().count() >= ID_CHARS {
        rows.extend(by_id(&app, &member, &typed).await?);
    }
    if typed.chars().count() >= CUSTOMER_CHARS {
        rows.extend(customers(&app, &member, &page, &typed).await?);
    }
    rows.extend(far.into_iter().map(|one| one.suggestion));
    html(&page, &Suggestions { rows })
}

fn kind_of(words: Words, what: &'static str, place: &str) -> String {
    format!("{} · {place}", words.text(what))
}

async fn sources(app: &PanelContext, member: &Member, page: &PageContext, typed: &str) -> Result<Vec<Suggestion>> {
    let wanted = typed.to_lowercase();
    let mut found = domain::source::all(&app.sources, member.tenant_id).await?;
    found.retain(|source| source.name.to_lowercase().contains(&wanted));
    found.sort_by_key(|source| source.name.to_lowercase());
    let of_source = |source: entity::source::Model| Suggestion {
        href: format!("/panel/sources/{}", source.id),
        mark: page.mark(&source.kind),
        kind: kind_of(member.words, "palette-source", &member.words.text_of("connector-", &source.kind).to_string()),
        label: source.name,
    };
    Ok(found.into_iter().take(SOURCES).map(of_source).collect())
}

/// The settings that fit best. A reader of a single chat has none.
async fn of_settings(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    typed: &str,
) -> Result<Vec<FoundSetting>> {
    if page.bound {
        return Ok(Vec::new());
    }
    let typed = Typed::of(typed);
    let mut found = of_account(app, member, page, &typed).await?;
    found.extend(settings(app, member, page, &typed).await?);
    // Those that fit equally well keep the order of their pages.
    found.sort_by_key(|one: &FoundSetting| one.rank);
    found.truncate(SETTINGS);
    Ok(found)
}

/// The messages and chats of the account that have this id at any side.
async fn by_id(app: &PanelContext, member: &Member, typed: &str) -> Result<Vec<Suggestion>> {
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let found = find::by_id(db, tenant_id, typed).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let messages: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.is_in(found.messages))
        .select_only()
        .column(message::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let chats: Vec<Uuid> = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::Id.is_in(found.conversations))
        .select_only()
        .column(conversation::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let suggested = |place: &str, word: &'static str, id: Uuid| Suggestion {
        href: format!("/panel/{place}/{id}"),
        label: typed.to_owned(),
        kind: member.words.text(word).to_string(),
        ..Suggestion::default()
    };
    let messages = messages.into_iter().map(|id| suggested("messages", "palette-message", id));
    Ok(messages.chain(chats.into_iter().map(|id| suggested("conversations", "palette-chat", id))).collect())
}

/// The customers with this name or number, each once: the chats of one contact are one customer. Several have one name, so the
/// source and when the customer last wrote are beside it.
async fn customers(app: &PanelContext, member: &Member, page: &PageContext, typed: &str) -> Result<Vec<Suggestion>> {
    let mut found = find::customers(app.store.read(), member.tenant_id, typed, MOST_CHATS).await?;
    let mut contacts = BTreeSet::new();
    found.retain(|chat| chat.contact_id == 0 || contacts.insert(chat.contact_id));
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let sources = domain::source::all(&app.sources, member.tenant_id).await?;
    let of_chat = |chat: conversation::Model| {
        let person = serde_json::from_str(&chat.contact).unwrap_or_default();
        let source = sources.iter().find(|source| source.id == chat.source_id);
        let heard = page.when(&chat.heard_at.max(chat.created_at)).stamp();
        let name = source.map(|source| source.name.as_str());
        let place = [name, Some(&*heard)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Suggestion {
            href: format!("/panel/customers/{}", chat.id),
            mark: source.map(|source| page.mark(&source.kind)).unwrap_or_default(),
            label: reasons::customer(&person, member.words),
            kind: kind_of(member.words, "palette-customer", &place),
        }
    };
    Ok(found.into_iter().take(CUSTOMERS).map(of_chat).collect())
}

/// What a reader needs for a setting to be on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Right(Right),
    /// A person of the account, not an operator who looks at it.
    Self_,
    /// Their own page, which frames and single chats do not have.
    OwnPage,
    /// A session that may change the reader's password.
    OwnPassword,
    /// E-mail is configured.
    Mail,
}

/// Settings of one page: the text key of its name, and each setting's label, address and need.
type PageSettings = (&'static str, &'static [(&'static str, &'static str, Needs)]);

const LOOK: Needs = Needs::Right(Right::Look);

const PAGES: &[PageSettings] = &[
    (
        "nav-account",
        &[
            ("account-access", "/panel/account#access", LOOK),
            ("account-allow-again", "/panel/account#access", Needs::Right(Right::ManageAccount)),
            ("account-zone", "/panel/account#account", LOOK),
            ("account-default", "/panel/account#account", LOOK),
            ("limits-title", "/panel/account#limits", LOOK),
            ("account-channels", "/panel/account#channels", LOOK),
            ("account-lost", "/panel/account#lost", LOOK),
        ],
    ),
    (
        "nav-alerts",
        &[
            ("alerts-letters", "/panel/alerts#letters", LOOK),
            ("alerts-channel-email", "/panel/alerts#letters", Needs::Self_),
            ("alerts-channel-chat", "/panel/alerts#letters", Needs::Self_),
            ("alerts-channel-push", "/panel/alerts#letters", Needs::Self_),
            ("alerts-webhook-url", "/panel/alerts#f-url", Needs::Right(Right::ManageAccount)),
            ("alerts-readers", "/panel/alerts#readers", Needs::Mail),
        ],
    ),
    ("nav-sources", &[("sources-add", "/panel/sources/new", Needs::Right(Right::EditSources))]),
    ("nav-templates", &[("templates-new", "/panel/templates/new", Needs::Right(Right::EditTemplates))]),
    ("nav-import", &[("import-new", "/panel/import/new", Needs::Right(Right::Import))]),
    (
        "nav-keys",
        &[
            ("keys-create", "/panel/keys/new", Needs::Right(Right::ManageKeys)),
            ("keys-name", "/panel/keys/new#f-name", Needs::Right(Right::ManageKeys)),
            ("keys-col-scope", "/panel/keys/new#f-scope", Needs::Right(Right::ManageKeys)),
            ("keys-valid-for", "/panel/keys/new#f-days", Needs::Right(Right::ManageKeys)),
            ("webhooks-title", "/panel/webhooks", Needs::Right(Right::ManageKeys)),
            ("webhooks-check-signature", "/panel/webhooks/signature", Needs::Right(Right::ManageKeys)),
        ],
    ),
    (
        "nav-team",
        &[
            ("team-invite-title", "/panel/team#invite", Needs::Right(Right::ManageTeam)),
            ("sign-in-email", "/panel/team#f-email", Needs::Right(Right::ManageTeam)),
            ("team-col-role", "/panel/team#invite", Needs::Right(Right::ManageTeam)),
            ("team-two-step", "/panel/team#two-step", Needs::Right(Right::ManageTeam)),
        ],
    ),
    ("nav-audit", &[("audit-download", "/panel/audit", Needs::Right(Right::SeeAudit))]),
    (
        "nav-data",
        &[
            ("data-kept", "/panel/data#kept", Needs::Right(Right::SeeData)),
            ("data-retention", "/panel/data#f-days", Needs::Right(Right::SeeData)),
            ("data-export-title", "/panel/data#export", Needs::Right(Right::SeeData)),
            ("data-forget-person", "/panel/data#f-who", Needs::Right(Right::EraseData)),
            ("data-who", "/panel/data#f-who", Needs::Right(Right::EraseData)),
            ("data-forget-all", "/panel/data#forget-all", Needs::Right(Right::EraseData)),
        ],
    ),
    (
        "me-title",
        &[
            ("sign-in-password", "/panel/me#password", Needs::OwnPassword),
            ("password-new", "/panel/me#f-password", Needs::OwnPassword),
            ("team-two-step", "/panel/me#two-step", Needs::OwnPassword),
            ("session-title", "/panel/me#sessions", Needs::OwnPage),
            ("theme-title", "/panel/me#you", Needs::OwnPage),
            ("common-language", "/panel/me#you", Needs::OwnPage),
        ],
    ),
];

/// The rank of a setting whose label begins with what is typed.
const BEGINS: usize = 1;

/// A setting that fits, and how well: the less the better.
struct FoundSetting {
    pub rank: usize,
    pub suggestion: Suggestion,
}

/// What a reader types, in small letters, by words.
struct Typed {
    whole: String,
    parts: Vec<String>,
}

impl Typed {
    pub fn of(text: &str) -> Self {
        let whole = text.to_lowercase();
        Self { parts: whole.split_whitespace().map(str::to_owned).collect(), whole }
    }

    /// How well a label or its other words fit, the less the better; none if they do not. `place` is where the setting is:
    /// its words narrow the search, but do not find a setting by themselves.
    pub fn rank(&self, words: Words, label_key: &str, label: &str, place: &str) -> Option<usize> {
        let label = label.to_lowercase();
        if label == self.whole {
            return Some(0);
        }
        if label.starts_with(&self.whole) {
            return Some(BEGINS);
        }
        if label.contains(&self.whole) {
            return Some(2);
        }
        let key = format!("find-{label_key}");
        let others = if words.has(&key) { words.text(key).to_string().to_lowercase() } else { String::new() };
        let place = place.to_lowercase();
        let is_named = |part: &String| label.contains(part) || others.contains(part);
        let fits = self.parts.iter().all(|part| is_named(part) || place.contains(part));
        (fits && self.parts.iter().any(is_named)).then_some(3)
    }
}

/// The settings of these words that the reader may open.
async fn of_account(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    typed: &Typed,
) -> base::error::Result<Vec<FoundSetting>> {
    let words = page.words;
    let mut found = Vec::new();
    let mut may_set_password = None;
    for (title, settings) in PAGES {
        let place = words.text(*title).with("crm", page.crm).to_string();
        for (key, href, needs) in *settings {
            let label = words.text(*key).with("crm", page.crm).to_string();
            let Some(rank) = typed.rank(words, key, &label, &place) else { continue };
            let has = match needs {
                Needs::Right(right) => member.may(*right),
                Needs::Self_ => !member.here.view_as,
                Needs::OwnPage => has_own_page(member, page),
                Needs::Mail => alert_notices::is_on(&app.alert_notices, Channel::Email) && member.may(Right::SeeTeam),
                Needs::OwnPassword => {
                    if may_set_password.is_none() {
                        may_set_password = Some(has_own_page(member, page) && me::may_set_password(member)?);
                    }
                    may_set_password == Some(true)
                }
            };
            if has {
                found.push(FoundSetting { rank, suggestion: suggestion(words, label, &place, (*href).to_owned()) });
            }
        }
    }
    found.extend(kinds_of_alerts(app, member, page, typed));
    Ok(found)
}

/// The reader's own settings are on a page that frames and operators do not have.
fn has_own_page(member: &Member, page: &PageContext) -> bool {
    !page.framed && !page.bound && !member.here.view_as
}

/// The switches of alerts, which are on the page if e-mail is configured.
fn kinds_of_alerts(app: &PanelContext, member: &Member, page: &PageContext, typed: &Typed) -> Vec<FoundSetting> {
    if member.here.view_as || !alert_notices::is_on(&app.alert_notices, Channel::Email) {
        return Vec::new();
    }
    let place = page.words.text("nav-alerts").to_string();
    let of_kind = |kind: &'static str| {
        let label = page.words.text_of("alert-kind-", kind).with("crm", page.crm).to_string();
        let rank = typed.rank(page.words, &format!("alert-kind-{kind}"), &label, &place)?;
        Some(FoundSetting {
            rank,
            suggestion: suggestion(page.words, label, &place, format!("/panel/alerts#kind-{kind}")),
        })
    };
    KINDS.into_iter().filter_map(of_kind).collect()
}

/// A setting.
fn suggestion(words: Words, label: String, place: &str, href: String) -> Suggestion {
    Suggestion { href, label, kind: kind_of(words, "palette-setting", place), ..Suggestion::default() }
}

/// Label and place below the source's page of what every source has.
const COMMON: &[(&str, &str)] = &[
    ("source-edit-name", "settings#f-name"),
    ("source-edit-pipeline", "settings#f-pipeline"),
    ("source-edit-default", "settings#f-default"),
    ("source-edit-contact", "settings#f-contact_rule"),
    ("source-edit-lead-origin", "settings#f-lead_origin"),
    ("source-pause", "settings#danger"),
    ("source-delete", "settings#danger"),
    ("source-tab-test", "test"),
    ("hours-week", "hours#f-open"),
    ("hours-zone", "hours#f-time_zone"),
    ("hours-country", "hours#f-country"),
    ("hours-holidays", "hours#f-holidays"),
    ("hours-text", "hours#f-text"),
];
/// The same of a custom messenger, of a chat on a site, and of a source with more than chats.
const OF_CUSTOM: &[(&str, &str)] = &[("webhooks-rotate", "secret")];
const OF_CHAT: &[(&str, &str)] =
    &[("wizard-web-logo", "access?tab=appearance#f-logo"), ("wizard-web-secret", "access?tab=install#secret")];
const OF_SERVICES: &[(&str, &str)] = &[("source-services", "services")];

/// The settings of the account's sources that fit; none for a reader who may not change them.
async fn settings(app: &PanelContext, member: &Member, page: &PageContext, typed: &Typed) -> Result<Vec<FoundSetting>> {
    if !member.may(Right::EditSources) {
        return Ok(Vec::new());
    }
    let all = domain::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.iter().flat_map(|source| of_source(app, page, source, typed)).collect())
}

fn of_source(app: &PanelContext, page: &PageContext, source: &source::Model, typed: &Typed) -> Vec<FoundSetting> {
    let when = |is: bool, settings: &'static [(&'static str, &'static str)]| if is { settings } else { &[] };
    let fixed = [
        COMMON,
        when(has_own_server(&source.kind), OF_CUSTOM),
        when(is_web_chat(&source.kind), OF_CHAT),
        when(has_services(&app.sources, source), OF_SERVICES),
    ];
    let fixed = fixed.into_iter().flatten().map(|(key, place)| (*key, (*place).to_owned()));
    let stored = serde_json::from_str(&source.settings).unwrap_or_default();
    let kind = app.connectors.get(&source.kind).map_or(&[][..], |connector| connector.fields());
    let fields = domain::source::offered(app, kind, &stored);
    let of_kind = fields.iter().filter(|field| field.language.is_empty()).map(|field| (field.label, place_of(field)));
    fixed.chain(of_kind).filter_map(|(key, place)| suggested(page, source, typed, key, &place)).collect()
}

/// Where the form of a kind's settings has a field.
fn place_of(field: &Field) -> String {
    let tab = if field.section.is_empty() { String::new() } else { format!("?tab={}", field.section) };
    format!("access{tab}#f-{}", name_of(field))
}

fn suggested(
    page: &PageContext,
    source: &source::Model,
    typed: &Typed,
    key: &'static str,
    place: &str,
) -> Option<FoundSetting> {
    let label = page.words.text(key).with("crm", page.crm).to_string();
    let rank = typed.rank(page.words, key, &label, &source.name)?;
    let suggestion = suggestion(page.words, label, &source.name, format!("/panel/sources/{}/{place}", source.id));
    Some(FoundSetting { rank, suggestion })
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn a_setting_is_found_by_its_label_by_other_words_and_narrowed_by_its_place() {
        let words = Words::new(Language::En);
        let rank = |typed: &str| Typed::of(typed).rank(words, "source-edit-name", "Name in amoCRM", "Shop");
        assert_eq!([rank("name in AMOCRM"), rank("Name"), rank("AMO")], [Some(0), Some(1), Some(2)]);
        assert_eq!([rank("name amo"), rank("name shop"), rank("rename")], [Some(3); 3]);
        assert_eq!([rank("shop"), rank("name other")], [None, None]);
    }
}
