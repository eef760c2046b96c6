//! Finds a customer's conversations and messages without changing anything.

use std::collections::BTreeSet;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Body, Content, Person};
use base::phone::{Country, Likeness, Phone};
use entity::import_line::{self, Column};
use entity::{conversation, message};
use sea_orm::{ColumnTrait, Condition, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::Who;
use crate::tenant::{TenantContext, country_of, remove};

/// Rows per page.
const PAGE: u64 = 500;

/// The extent of an erasure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErasureScope {
    /// Conversations with the customer, as a whole.
    pub conversations: Vec<Uuid>,
    /// Number of messages: in those conversations, single ones of the customer in others (group chats), and those
    /// waiting to be imported.
    pub messages: u64,
    /// Number of files among them.
    pub files: u64,
    /// Conversations in which a number is written so that it may be the customer's or another person's. They are not in
    /// the scope: a person decides.
    pub also_possible: Vec<Uuid>,
    /// The single ones.
    pub(in crate::tenant) others: Vec<Uuid>,
    /// Pending lines of imports.
    pub(super) lines: ImportLines,
}

impl ErasureScope {
    /// Whether nothing of the customer was found.
    pub fn is_empty(&self) -> bool {
        self.conversations.is_empty() && self.others.is_empty() && self.lines.count == 0
    }

    /// Why nothing of the customer was found.
    pub(in crate::tenant) fn absent(&self) -> Error {
        if self.also_possible.is_empty() {
            return Error::NotFound;
        }
        let chats = self.also_possible.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", ");
        Error::field("/phone", LocalizedText::new("said-phone-possible").with("chats", chats))
    }
}

/// The extent of [`super::erase()`]; empty if no one is found. 422 if the phone number is invalid.
pub async fn find(app: &TenantContext, tenant_id: Uuid, who: &Who) -> Result<ErasureScope> {
    let mut found = ErasureScope::default();
    let country = country_of(app, tenant_id).await?;
    match who {
        Who::Conversation(id) => whole(app, chat(app, tenant_id, *id).await?, country, &mut found).await?,
        Who::Customer(id) => {
            let one = chat(app, tenant_id, *id).await?;
            let contact_id = one.as_ref().map_or(0, |row| row.contact_id);
            let of_contact = conversation::Entity::of_contact(tenant_id, contact_id).all(app.store.read()).await?;
            let rows = of_contact.into_iter().filter(|row| row.id != *id).chain(one);
            whole(app, rows, country, &mut found).await?;
        }
        Who::Phone(phone) => {
            let wanted =
                Wanted::of(phone, country).ok_or_else(|| Error::field("/phone", LocalizedText::new("said-phone")))?;
            by_phone(app, tenant_id, &wanted, &mut found).await?;
            found.lines = find_lines(app, tenant_id, &[wanted]).await?;
        }
    }
    for id in &found.conversations {
        let of_it = || message::Entity::of_tenant(tenant_id).filter(message::Column::ConversationId.eq(*id));
        found.messages += of_it().count(app.store.read()).await?;
        found.files += of_it().filter(message::Column::Body.contains("\"media_url\"")).count(app.store.read()).await?;
    }
    found.messages += u64::try_from(found.others.len()).unwrap_or(0) + found.lines.count;
    Ok(found)
}

async fn chat(app: &TenantContext, tenant_id: Uuid, id: Uuid) -> Result<Option<conversation::Model>, DbErr> {
    let row = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
    row.one(app.store.read()).await
}

/// Whole conversations of one customer, and what waits to be imported of them.
async fn whole(
    app: &TenantContext,
    rows: impl IntoIterator<Item = conversation::Model>,
    country: Option<Country>,
    found: &mut ErasureScope,
) -> Result<()> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut tenant_id = None;
    for row in rows {
        tenant_id = Some(row.tenant_id);
        found.conversations.push(row.id);
        let contact: Person = serde_json::from_str(&row.contact).unwrap_or_default();
        wanted.extend(Wanted::of(contact.phone.as_deref().unwrap_or_default(), country));
    }
    if let Some(tenant_id) = tenant_id.filter(|_| !wanted.is_empty()) {
        found.lines = find_lines(app, tenant_id, &wanted).await?;
    }
    Ok(())
}

/// The number that is looked for.
pub(super) struct Wanted {
    phone: Phone,
    country: Option<Country>,
}

impl Wanted {
    fn of(phone: &str, country: Option<Country>) -> Option<Self> {
        Some(Self { phone: Phone::parse(phone, country)?, country })
    }

    /// How a number of the account relates to it.
    pub fn likeness(&self, phone: &str) -> Likeness {
        Phone::parse(phone, self.country).map_or(Likeness::Different, |phone| phone.likeness(&self.phone))
    }

    fn of_person(&self, person: &Person) -> Likeness {
        person.phone.as_deref().map_or(Likeness::Different, |phone| self.likeness(phone))
    }

    /// The number that a message is from, to, or contains as a contact: the one most like it.
    fn in_message(&self, body: &str) -> Likeness {
        let Ok(body) = serde_json::from_str::<Body>(body) else { return Likeness::Different };
        let shared = match &body.content {
            Content::Contact { phone, .. } => self.likeness(phone),
            _ => Likeness::Different,
        };
        let people = std::iter::once(&body.sender).chain(&body.receiver).map(|person| self.of_person(person));
        people.chain([shared]).min().unwrap_or(Likeness::Different)
    }
}

async fn by_phone(app: &TenantContext, tenant_id: Uuid, wanted: &Wanted, found: &mut ErasureScope) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let page = conversation::Entity::of_tenant(tenant_id)
            .filter(conversation::Column::Id.gt(after))
            .order_by_asc(conversation::Column::Id)
            .limit(PAGE)
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page {
            let contact: Person = serde_json::from_str(&row.contact).unwrap_or_default();
            match wanted.of_person(&contact) {
                Likeness::Same => found.conversations.push(row.id),
                Likeness::Possible => found.also_possible.push(row.id),
                Likeness::Different => {}
            }
        }
    }
    let mut after = Uuid::nil();
    loop {
        let page: Vec<(Uuid, Uuid, String)> = message::Entity::of_tenant(tenant_id)
            .select_only()
            .columns([message::Column::Id, message::Column::ConversationId, message::Column::Body])
            .filter(message::Column::Id.gt(after))
            .order_by_asc(message::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.0;
        for (id, conversation_id, body) in page {
            if found.conversations.contains(&conversation_id) {
                continue;
            }
            match wanted.in_message(&body) {
                Likeness::Same => found.others.push(id),
                Likeness::Possible if !found.also_possible.contains(&conversation_id) => {
                    found.also_possible.push(conversation_id);
                }
                Likeness::Possible | Likeness::Different => {}
            }
        }
    }
}

// Pending lines of imports: they contain customers who have no chat yet.

/// A customer's parts of imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImportLines {
    /// Whole chats with them: import and the messenger's id.
    chats: BTreeSet<(Uuid, String)>,
    /// Messages in other people's chats that contain their number as a contact: import and the messenger's id.
    single: BTreeSet<(Uuid, String)>,
    /// Total number of lines.
    pub count: u64,
}

/// The lines that contain a person with one of these phone numbers.
pub(super) async fn find_lines(app: &TenantContext, tenant_id: Uuid, wanted: &[Wanted]) -> Result<ImportLines, DbErr> {
    let mut found = ImportLines::default();
    read(app, tenant_id, |row| match wanted.iter().find_map(|one| place(&row.text, one)) {
        Some(NumberPosition::Person) => {
            found.chats.insert((row.import_id, row.conversation_id.clone()));
        }
        Some(NumberPosition::Content) => {
            found.single.insert((row.import_id, row.external_id.clone()));
        }
        None => {}
    })
    .await?;
    let mut count = 0;
    if found != ImportLines::default() {
        read(app, tenant_id, |row| count += u64::from(found.has(row))).await?;
    }
    Ok(ImportLines { count, ..found })
}

/// Their contents, in the format of the public API.
pub(super) async fn line_texts(app: &TenantContext, tenant_id: Uuid, lines: &ImportLines) -> Result<Vec<Value>, DbErr> {
    let mut texts = Vec::new();
    if lines.count > 0 {
        let mut add = |text: &str| texts.extend(serde_json::from_str::<Value>(text));
        read(app, tenant_id, |row| {
            if lines.has(row) {
                add(&row.text)
            }
        })
        .await?;
    }
    Ok(texts)
}

/// Deletes them; returns how many.
pub(super) async fn wipe_lines(app: &TenantContext, tenant_id: Uuid, lines: &ImportLines) -> Result<u64, DbErr> {
    let mut gone = 0;
    let of = |column: Column, (import_id, id): &(Uuid, String)| {
        Condition::all().add(Column::ImportId.eq(*import_id)).add(column.eq(id.as_str()))
    };
    for chat in &lines.chats {
        gone += remove::rows::<import_line::Entity>(&app.store, tenant_id, of(Column::ConversationId, chat)).await?;
    }
    for line in &lines.single {
        gone += remove::rows::<import_line::Entity>(&app.store, tenant_id, of(Column::ExternalId, line)).await?;
    }
    Ok(gone)
}

impl ImportLines {
    fn has(&self, row: &import_line::Model) -> bool {
        self.chats.contains(&(row.import_id, row.conversation_id.clone()))
            || self.single.contains(&(row.import_id, row.external_id.clone()))
    }
}

async fn read(app: &TenantContext, tenant_id: Uuid, mut each: impl FnMut(&import_line::Model)) -> Result<(), DbErr> {
    let mut after = (Uuid::nil(), String::new());
    loop {
        let (import_id, external_id) = &after;
        let behind = Condition::any().add(Column::ImportId.gt(*import_id)).add(
            Condition::all().add(Column::ImportId.eq(*import_id)).add(Column::ExternalId.gt(external_id.as_str())),
        );
        let page = import_line::Entity::of_tenant(tenant_id)
            .filter(behind)
            .order_by_asc(Column::ImportId)
            .order_by_asc(Column::ExternalId)
            .limit(PAGE)
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.import_id, last.external_id.clone());
        page.iter().for_each(&mut each);
    }
}

/// Where the number occurs in a line.
enum NumberPosition {
    Person,
    Content,
}

fn place(text: &str, wanted: &Wanted) -> Option<NumberPosition> {
    let line: Value = serde_json::from_str(text).ok()?;
    // A row of a table whose columns nobody has chosen yet.
    if let Some(cells) = line.as_array() {
        let is_in = |cell: &Value| cell.as_str().is_some_and(|cell| wanted.likeness(cell) == Likeness::Same);
        return cells.iter().any(is_in).then_some(NumberPosition::Content);
    }
    let has = |pointer: &str| {
        let phone = line.pointer(pointer).and_then(Value::as_str);
        phone.is_some_and(|phone| wanted.likeness(phone) == Likeness::Same)
    };
    if has("/sender/phone") || has("/receiver/phone") {
        return Some(NumberPosition::Person);
    }
    has("/content/phone").then_some(NumberPosition::Content)
}
