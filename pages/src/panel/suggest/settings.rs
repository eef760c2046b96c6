//! The settings of the account and of the reader, found by the label that their page shows, or by other words for them
//! (`find-LABEL` in `locales/*/find.ftl`). Each leads to its place on the page. Only those of the reader's rights.

use base::i18n::Words;
use domain::alert::KINDS;
use domain::alert_notices;
use domain::alert_notices::notice::Channel;

use super::Suggestion;
use crate::panel::{Member, PageContext, PanelContext, Right, me};

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
            ("theme-title", "/panel/me#theme", Needs::OwnPage),
            ("common-language", "/panel/me#language", Needs::OwnPage),
        ],
    ),
];

/// A setting that fits, and how well: the less the better.
pub(super) struct FoundSetting {
    pub rank: usize,
    pub suggestion: Suggestion,
}

/// What a reader types, in small letters, by words.
pub(super) struct Typed {
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
            return Some(1);
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
pub(super) async fn of_account(
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
                found.push(FoundSetting { rank, suggestion: suggestion(label, &place, (*href).to_owned()) });
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
        Some(FoundSetting { rank, suggestion: suggestion(label, &place, format!("/panel/alerts#kind-{kind}")) })
    };
    KINDS.into_iter().filter_map(of_kind).collect()
}

fn suggestion(label: String, place: &str, href: String) -> Suggestion {
    Suggestion { href, label, kind: place.to_owned() }
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
