//! What is done with several messages of the list at once: those that are selected, or all that match its filters.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use domain::delivery::read::dead::DeadLetterFilter;
use domain::delivery::read::find::SearchResults;
use domain::delivery::read::list::{self, Ground, MessageFilter, Reached};
use domain::delivery::read::{MessageStatus, dead};
use domain::delivery::replay::ReplayAction;
use uuid::Uuid;

use super::message_query::MessagesQuery;
use super::messages::{self, COUNTED};
use super::undelivered::{self, MOST_SELECTED};
use super::{Answer, AppData, Fields, Form, Member, Nav, Notice, PanelContext, Right, Tone, to};

/// `POST /panel/messages/bulk`: a file, or the plan of what sending again or removing would do. Changes nothing.
pub async fn ask(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::Retry)?;
    form.allow_only(&["id", "all", "do", "filter"])?;
    let query = MessagesQuery::parse(form.get("filter"));
    let back = query.address("/panel/messages", "");
    let chosen = if form.has("all") { None } else { Some(undelivered::selected_rows(&form)?) };
    if chosen.as_ref().is_some_and(Vec::is_empty) {
        let notice = Notice::of(Tone::Warn, member.words.text("undelivered-none-chosen"));
        return member.see_other(&app, &back, notice).await;
    }
    if form.get("do") == "csv" {
        return match chosen {
            None => Ok(to(&query.address("/panel/messages.csv", ""))),
            Some(ids) => {
                messages::file(app, &member, MessageFilter { found: Some(of(ids)), ..MessageFilter::default() }).await
            }
        };
    }
    let action =
        ReplayAction::parse(form.get("do")).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-deed")))?;
    let count = chosen.as_ref().map(Vec::len);
    let ids = match chosen {
        Some(ids) => ids,
        None => failed(&app, &member, &query).await?,
    };
    let all = DeadLetterFilter { messages: Some(ids), ..DeadLetterFilter::default() };
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let found = dead::ids(db, tenant_id, &all, MOST_SELECTED + 1).await?;
    let is_more = u64::try_from(found.len()).is_ok_and(|found| found > MOST_SELECTED);
    let left = match count {
        _ if is_more => Some(member.words.text("bulk-more").with("most", MOST_SELECTED)),
        Some(count) if count > found.len() && !found.is_empty() => {
            Some(member.words.text("bulk-left").with("count", count - found.len()))
        }
        _ => None,
    };
    if found.is_empty() {
        let notice = Notice::of(Tone::Warn, member.words.text("bulk-nothing"));
        return member.see_other(&app, &back, notice).await;
    }
    let most = usize::try_from(MOST_SELECTED).unwrap_or(usize::MAX);
    let ids = found.into_iter().take(most).collect();
    undelivered::plan(&app, &member, action, ids, left, back).await
}

fn of(messages: Vec<Uuid>) -> SearchResults {
    SearchResults { messages, conversations: Vec::new() }
}

/// The newest matches that failed.
async fn failed(app: &PanelContext, member: &Member, query: &MessagesQuery) -> Result<Vec<Uuid>> {
    let page = member.page("nav-messages", Nav::Messages);
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let mut wanted = query.filter(app, &page, &ground, tenant_id).await?;
    wanted.reached = wanted.reached.or(Some(Reached::Status(MessageStatus::Failed)));
    Ok(list::ids(db, tenant_id, &wanted, &ground, COUNTED).await?)
}
