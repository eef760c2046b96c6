//! Export of all data of an account as newline-delimited JSON, for its owner: `{"type":"message","data":{…}}` per
//! line, ended by `{"type":"end"}`. Read page by page by key, each page in a short read of its own, so that a large
//! account blocks no one. Contains no secrets: tokens, credentials and keys are omitted.

mod shapes;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use actix_web::error::ErrorInternalServerError;
use base::error::{Error, Result};
use base::store::Store;
use base::vault::Place;
use bytes::Bytes;
use entity::{
    audit, chat_email, consent, contact_link, conversation, dead_letter, erasure, import, ledger_delta,
    marketing_consent, message, oauth_grant, route_decision, route_version, sale, sale_target, source, tenant,
    tenant_channel,
};
use futures_util::Stream;
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::TenantContext;
use super::erase::{self, Who};

/// Rows per page.
const PAGE: u64 = 500;

/// The parts of an export, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExportPart {
    Account,
    Sources,
    Conversations,
    ContactLinks,
    Consents,
    ChatEmails,
    Messages,
    DeadLetters,
    Ledger,
    Imports,
    Audit,
    Erasures,
    End,
}

impl ExportPart {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Account => Some(Self::Sources),
            Self::Sources => Some(Self::Conversations),
            Self::Conversations => Some(Self::ContactLinks),
            Self::ContactLinks => Some(Self::Consents),
            Self::Consents => Some(Self::ChatEmails),
            Self::ChatEmails => Some(Self::Messages),
            Self::Messages => Some(Self::DeadLetters),
            Self::DeadLetters => Some(Self::Ledger),
            Self::Ledger => Some(Self::Imports),
            Self::Imports => Some(Self::Audit),
            Self::Audit => Some(Self::Erasures),
            Self::Erasures => Some(Self::End),
            Self::End => None,
        }
    }
}

/// An export in progress.
pub struct Export {
    app: Arc<TenantContext>,
    tenant: tenant::Model,
    part: Option<ExportPart>,
    /// Ids up to this one have been read.
    after: Uuid,
    lines: u64,
}

/// Lines that are read page by page.
pub trait ExportPages: Sized + 'static {
    /// The next lines; none at the end.
    fn page(&mut self) -> impl Future<Output = anyhow::Result<Option<Vec<u8>>>>;

    /// The body of a response. The cause of an interruption is logged.
    fn into_body(self) -> impl Stream<Item = actix_web::Result<Bytes>> {
        futures_util::stream::try_unfold(self, |mut export| async move {
            let page = export.page().await.map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "an export was interrupted");
                ErrorInternalServerError("the export was interrupted")
            })?;
            Ok(page.map(|page| (Bytes::from(page), export)))
        })
    }
}

impl ExportPages for Export {
    async fn page(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        while let Some(part) = self.part {
            let lines = self.read(part).await?;
            if !lines.is_empty() {
                self.lines += u64::try_from(lines.len()).unwrap_or(0);
                return Ok(Some(text(&lines)));
            }
        }
        Ok(None)
    }
}

impl Export {
    /// Starts an export; reads only the account.
    pub async fn begin(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<Self> {
        let tenant = super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
        Ok(Self { app: app.clone(), tenant, part: Some(ExportPart::Account), after: Uuid::nil(), lines: 0 })
    }

    /// A name for the file.
    pub fn file_name(&self) -> String {
        format!("parom-{}-{}.ndjson", self.tenant.account_id, self.app.clock.now().format("%Y-%m-%d"))
    }

    /// A page of a part; if empty, the part has ended and the next one follows.
    async fn read(&mut self, part: ExportPart) -> anyhow::Result<Vec<Value>> {
        let store = &self.app.store;
        let id = self.tenant.tenant_id;
        let (lines, last) = match part {
            ExportPart::Account => (account_rows(store, &self.tenant).await?, None),
            ExportPart::Sources => sources(store, id, self.after).await?,
            ExportPart::Conversations => conversations(store, id, self.after).await?,
            ExportPart::ContactLinks => contact_links(store, id, self.after).await?,
            ExportPart::Consents => consents(store, id, self.after).await?,
            ExportPart::ChatEmails => chat_email_rows(&self.app, id, self.after).await?,
            ExportPart::Messages => messages(store, id, self.after).await?,
            ExportPart::DeadLetters => dead_letters(store, id, self.after).await?,
            ExportPart::Ledger => (ledger_rows(store, id).await?, None),
            ExportPart::Imports => imports(store, id, self.after).await?,
            ExportPart::Audit => audit(store, id, self.after).await?,
            ExportPart::Erasures => erasures(store, id, self.after).await?,
            ExportPart::End => (vec![json!({"type": "end", "data": {"lines": self.lines}})], None),
        };
        match last {
            Some(last) => self.after = last,
            None => {
                self.part = part.next();
                self.after = Uuid::nil();
            }
        }
        Ok(lines)
    }
}

fn text(lines: &[Value]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(line.to_string().as_bytes());
        text.push(b'\n');
    }
    text
}

// Export of one customer's data: the chats, their messages and undelivered ones, messages with the customer's number in
// other chats, and lines that wait to be imported. The form of the lines is that of an account's export.

/// An export in progress.
pub struct CustomerExport {
    app: Arc<TenantContext>,
    tenant_id: Uuid,
    parts: VecDeque<CustomerPart>,
    lines: u64,
}

/// What is yet to be read.
enum CustomerPart {
    Conversation(Uuid),
    /// Its links to contacts, and what its customer decided about marketing.
    Links(Uuid),
    /// The address at which its visitor gets answers.
    Email(Uuid),
    /// Messages of a chat after this one.
    Messages {
        conversation_id: Uuid,
        after: Uuid,
    },
    DeadLetters(Uuid),
    /// Messages in chats of other customers.
    Others(Vec<Uuid>),
    Waiting(erase::ErasureScope),
    /// Conversations that are only possibly theirs.
    End(Vec<Uuid>),
}

impl CustomerExport {
    /// Finds the customer's data. 404 if there is none, 422 if the phone number is invalid or only ambiguous ones may be it.
    pub async fn begin(app: &Arc<TenantContext>, tenant_id: Uuid, who: &Who) -> Result<Self> {
        let found = erase::find(app, tenant_id, who).await?;
        if found.is_empty() {
            return Err(found.absent());
        }
        let mut parts = VecDeque::new();
        for id in &found.conversations {
            let conversation_id = *id;
            parts.push_back(CustomerPart::Conversation(*id));
            parts.push_back(CustomerPart::Links(*id));
            parts.push_back(CustomerPart::Email(*id));
            parts.push_back(CustomerPart::Messages { conversation_id, after: Uuid::nil() });
            parts.push_back(CustomerPart::DeadLetters(*id));
        }
        let size = usize::try_from(PAGE).unwrap_or(1);
        parts.extend(found.others.chunks(size).map(|ids| CustomerPart::Others(ids.to_vec())));
        let also_possible = found.also_possible.clone();
        parts.extend([CustomerPart::Waiting(found), CustomerPart::End(also_possible)]);
        Ok(Self { app: app.clone(), tenant_id, parts, lines: 0 })
    }

    /// A name for the file, without the customer's.
    pub fn file_name(&self) -> String {
        format!("parom-customer-{}.ndjson", self.app.clock.now().format("%Y-%m-%d"))
    }

    async fn read(&mut self, part: CustomerPart) -> anyhow::Result<Vec<Value>> {
        let (db, tenant_id) = (self.app.store.read(), self.tenant_id);
        let messages = || message::Entity::of_tenant(tenant_id).order_by_asc(message::Column::Id).limit(PAGE);
        Ok(match part {
            CustomerPart::Conversation(id) => {
                let found = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
                let decided = route_decision::Entity::of_tenant(tenant_id)
                    .filter(route_decision::Column::ConversationId.eq(id))
                    .order_by_asc(route_decision::Column::MessageId);
                let found = found.one(db).await?;
                let sold = sale::Entity::of_tenant(tenant_id)
                    .filter(sale::Column::Facts.contains(id.to_string()))
                    .order_by_asc(sale::Column::LeadId);
                let (decided, sold) = (decided.all(db).await?, sold.all(db).await?);
                let about = decided.iter().map(shapes::routed).chain(sold.iter().map(shapes::sale));
                found.iter().map(shapes::conversation).chain(about).collect()
            }
            CustomerPart::Links(id) => {
                let found = contact_link::Entity::of_tenant(tenant_id)
                    .filter(contact_link::Column::ConversationId.eq(id))
                    .order_by_asc(contact_link::Column::Id);
                let mut lines: Vec<Value> = found.all(db).await?.iter().map(shapes::contact_link).collect();
                let chats = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
                let hash = chats.one(db).await?.map(|chat| chat.phone_hash).filter(|hash| !hash.is_empty());
                // What was decided in another chat with the number may be another customer's.
                let of_number = hash.map(|hash| {
                    let alone = marketing_consent::Column::ConversationId.eq(Uuid::nil());
                    Condition::all().add(alone).add(marketing_consent::Column::PhoneHash.eq(hash))
                });
                let own = Condition::any().add(marketing_consent::Column::ConversationId.eq(id));
                let consents = marketing_consent::Entity::of_tenant(tenant_id)
                    .filter(own.add_option(of_number))
                    .order_by_asc(marketing_consent::Column::Id);
                lines.extend(consents.all(db).await?.iter().map(shapes::marketing_consent));
                lines
            }
            CustomerPart::Email(id) => {
                let found = chat_email::Entity::of_tenant(tenant_id).filter(chat_email::Column::ConversationId.eq(id));
                let Some(row) = found.one(db).await?.filter(|row| !row.address.is_empty()) else {
                    return Ok(Vec::new());
                };
                let address = self.app.vault.open_text(tenant_id, Place::ChatEmail, &id.to_string(), &row.address)?;
                vec![shapes::chat_email(&row, address.expose_secret())]
            }
            CustomerPart::Messages { conversation_id, after } => {
                let page = messages()
                    .filter(message::Column::ConversationId.eq(conversation_id))
                    .filter(message::Column::Id.gt(after))
                    .all(db)
                    .await?;
                if let Some(last) = page.last() {
                    self.parts.push_front(CustomerPart::Messages { conversation_id, after: last.id });
                }
                page.iter().map(shapes::message).collect()
            }
            CustomerPart::DeadLetters(id) => {
                let found = dead_letter::Entity::of_tenant(tenant_id)
                    .filter(dead_letter::Column::ConversationId.eq(id))
                    .order_by_asc(dead_letter::Column::Id);
                found.all(db).await?.iter().map(shapes::dead_letter).collect()
            }
            CustomerPart::Others(ids) => {
                let found = messages().filter(message::Column::Id.is_in(ids));
                found.all(db).await?.iter().map(shapes::message).collect()
            }
            CustomerPart::Waiting(found) => erase::waiting(&self.app, tenant_id, &found)
                .await?
                .into_iter()
                .map(|data| json!({"type": "import_line", "data": data}))
                .collect(),
            CustomerPart::End(also_possible) => {
                vec![json!({"type": "end", "data": {"lines": self.lines, "also_possible": also_possible}})]
            }
        })
    }
}

impl ExportPages for CustomerExport {
    async fn page(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        while let Some(part) = self.parts.pop_front() {
            let lines = self.read(part).await?;
            if !lines.is_empty() {
                self.lines += u64::try_from(lines.len()).unwrap_or(0);
                return Ok(Some(text(&lines)));
            }
        }
        Ok(None)
    }
}

// Pages of rows by key: the lines, and the last id of a page after which another may follow.

type Page = (Vec<Value>, Option<Uuid>);

/// The account, its channels, who gave access and who agreed to what; one page.
async fn account_rows(store: &Store, tenant: &tenant::Model) -> Result<Vec<Value>, DbErr> {
    let id = tenant.tenant_id;
    let mut lines = vec![shapes::account(tenant)];
    let channels = tenant_channel::Entity::of_tenant(id).order_by_asc(tenant_channel::Column::ChannelId);
    lines.extend(channels.all(store.read()).await?.iter().map(shapes::channel));
    let grants = oauth_grant::Entity::of_tenant(id).order_by_asc(oauth_grant::Column::CrmUserId);
    lines.extend(grants.all(store.read()).await?.iter().map(shapes::grant));
    let consents = consent::Entity::of_tenant(id).order_by_asc(consent::Column::Id);
    lines.extend(consents.all(store.read()).await?.iter().map(shapes::consent));
    let routes = route_version::Entity::of_tenant(id).order_by_asc(route_version::Column::Number);
    lines.extend(routes.all(store.read()).await?.iter().map(shapes::routes));
    let targets = sale_target::Entity::of_tenant(id).order_by_asc(sale_target::Column::Kind);
    lines.extend(targets.all(store.read()).await?.iter().map(shapes::sale_target));
    let sales = sale::Entity::of_tenant(id).order_by_asc(sale::Column::LeadId);
    lines.extend(sales.all(store.read()).await?.iter().map(shapes::sale));
    Ok(lines)
}

macro_rules! by_id {
    ($(#[$doc:meta] $name:ident, $table:ident, $shape:ident;)+) => {$(
        #[$doc]
        async fn $name(store: &Store, tenant_id: Uuid, after: Uuid) -> Result<Page, DbErr> {
            let found = $table::Entity::of_tenant(tenant_id)
                .filter($table::Column::Id.gt(after))
                .order_by_asc($table::Column::Id)
                .limit(PAGE)
                .all(store.read())
                .await?;
            let last = found.last().map(|row| row.id);
            Ok((found.iter().map(shapes::$shape).collect(), last))
        }
    )+};
}

by_id! {
    /// Sources, including deleted ones, without credentials.
    sources, source, source;
    /// Customers.
    conversations, conversation, conversation;
    /// Their links to contacts.
    contact_links, contact_link, contact_link;
    /// What they decided about marketing.
    consents, marketing_consent, marketing_consent;
    /// Messages.
    messages, message, message;
    /// Dead letters.
    dead_letters, dead_letter, dead_letter;
    /// Imports, without their lines, which are exported as messages.
    imports, import, import;
    /// The audit log.
    audit, audit, audit;
    /// Proofs of erasures.
    erasures, erasure, erasure;
}

/// Addresses at which visitors of chats get answers, by the id of the conversation. Ended ones, which have no address,
/// are omitted.
async fn chat_email_rows(app: &TenantContext, tenant_id: Uuid, after: Uuid) -> anyhow::Result<Page> {
    let found = chat_email::Entity::of_tenant(tenant_id)
        .filter(chat_email::Column::ConversationId.gt(after))
        .filter(chat_email::Column::Address.ne(Vec::<u8>::new()))
        .order_by_asc(chat_email::Column::ConversationId)
        .limit(PAGE)
        .all(app.store.read())
        .await?;
    let lines = found.iter().map(|row| {
        let id = row.conversation_id.to_string();
        let address = app.vault.open_text(tenant_id, Place::ChatEmail, &id, &row.address)?;
        Ok(shapes::chat_email(row, address.expose_secret()))
    });
    let last = found.last().map(|row| row.conversation_id);
    Ok((lines.collect::<anyhow::Result<_>>()?, last))
}

/// Counts by source, direction and day, summed over instances; one page.
async fn ledger_rows(store: &Store, tenant_id: Uuid) -> Result<Vec<Value>, DbErr> {
    let mut sums: BTreeMap<(Uuid, i32, i16), (i64, i64, i64)> = BTreeMap::new();
    for row in ledger_delta::Entity::of_tenant(tenant_id).all(store.read()).await? {
        let sum = sums.entry((row.source_id, row.day, row.direction)).or_default();
        *sum = (sum.0 + row.accepted, sum.1 + row.delivered, sum.2 + row.failed);
    }
    Ok(sums.into_iter().map(|(key, sum)| shapes::ledger(key, sum)).collect())
}
