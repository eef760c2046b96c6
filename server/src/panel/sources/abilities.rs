//! What a kind of messenger supports, as a list of plain sentences.

use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::{Sentence, Words};
use connectors::fit::Thing;
use connectors::{Abilities as Data, AfterUnknown, Stand, Support};

use super::find;
use super::state_view::{SourceStateView, shown};
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right};

/// One line of the list.
#[derive(Clone, Debug)]
pub struct AbilityRow {
    pub tone: &'static str,
    pub word: Sentence,
    pub text: Sentence,
}

/// The abilities of a kind.
#[derive(Clone, Debug)]
pub struct KindAbilities {
    pub about: Sentence,
    pub lines: Vec<AbilityRow>,
}

/// The abilities of a kind.
pub fn abilities_of(words: Words, kind: &str, data: &Data) -> KindAbilities {
    let yes = |text: Sentence| AbilityRow { tone: "ok", word: words.text("answer-yes"), text };
    let no = |text: Sentence| AbilityRow { tone: "off", word: words.text("answer-no"), text };
    let mut lines = Vec::new();
    let content = data.content.rows().into_iter().map(|(kind, support)| (Thing::Kind(kind), support)).collect();
    let [native, other, apart, refused] = sorted(words, content);
    lines.extend(native.map(|kinds| yes(words.text("ability-takes").with("kinds", kinds))));
    lines.extend(other.map(|kinds| yes(words.text("ability-takes-as").with("kinds", kinds))));
    lines.extend(apart.map(|kinds| yes(words.text("ability-apart").with("features", kinds))));
    lines.extend(refused.map(|kinds| no(words.text("ability-takes-not").with("kinds", kinds))));
    let features = data.features.rows().into_iter().map(|(one, support)| (Thing::Feature(one), support)).collect();
    let [native, other, apart, refused] = sorted(words, features);
    lines.extend(native.map(|features| yes(words.text("ability-knows").with("features", features))));
    lines.extend(other.map(|features| yes(words.text("ability-replaces").with("features", features))));
    lines.extend(apart.map(|features| yes(words.text("ability-apart").with("features", features))));
    lines.extend(refused.map(|features| no(words.text("ability-lacks").with("features", features))));
    if data.features.write_first == Support::As(Stand::Known) {
        lines.push(yes(words.text("ability-begins-known")));
    }
    lines.push(if data.delivered_on_accept {
        yes(words.text("ability-delivered-on-accept"))
    } else {
        yes(words.text("ability-receipts"))
    });
    lines.push(match data.after_unknown {
        AfterUnknown::RepeatMarked => yes(words.text("ability-repeat-marked")),
        AfterUnknown::RepeatFreely => yes(words.text("ability-repeat-freely")),
        AfterUnknown::AwaitStatus => yes(words.text("ability-await-status")),
        AfterUnknown::ResendOnce => no(words.text("ability-resend-once")),
    });
    lines.push(yes(words.text("ability-speed").with("count", data.requests_per_second)));
    KindAbilities { about: words.text(format!("connector-{kind}-about")), lines }
}

/// Names of what is supported natively, replaced, sent as separate messages, and not supported; `None` for an empty
/// group.
fn sorted(words: Words, things: Vec<(Thing, Support)>) -> [Option<String>; 4] {
    let named = |wanted: fn(Support) -> bool| {
        let names: Vec<String> = things
            .iter()
            .filter(|(_, support)| wanted(*support))
            .map(|(thing, _)| thing.named(words).to_string().to_lowercase())
            .collect();
        Some(names.join(", ")).filter(|names| !names.is_empty())
    };
    [
        named(|support| support == Support::Native),
        named(|support| matches!(support, Support::As(Stand::Text | Stand::Picture | Stand::File))),
        named(|support| support == Support::As(Stand::Apart)),
        named(|support| support == Support::Refused),
    ]
}

#[derive(Template)]
#[template(path = "panel/sources/abilities.html")]
struct AbilitiesPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    card: KindAbilities,
}

/// `GET /panel/sources/{id}/abilities`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let connector = app.connectors.get(&source.kind).ok_or(Error::NotFound)?;
    let page = member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources);
    let state = crate::source::state(&app.sources, &source).await?;
    let shown = AbilitiesPage {
        tab: "abilities",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, &source, &state),
        card: abilities_of(page.words, &source.kind, connector.abilities()),
        page: page.clone(),
    };
    panel::html(&page, &shown)
}
