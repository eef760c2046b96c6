//! The leads of the shop's sales. The local amoCRM is new at each start, and a dry run asks it for won leads: it gets those that
//! Parom has sales of.

use base::message::Person;
use entity::{conversation, sale};
use parom::sale::Sale;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use simulator::crm::PastSale;

use super::stage::{CHANNEL, CLIENT, DemoStage, HOST};

impl DemoStage {
    /// Tells the local amoCRM of the leads, and their chats of their ids there.
    pub async fn won_leads(&self) -> anyhow::Result<()> {
        let (store, tenant_id) = (&self.running.app.store, self.tenant_id().await?);
        let account = self.sandbox.add_account(HOST);
        let known: Vec<i64> = self.sandbox.leads(HOST).iter().map(|lead| lead.id).collect();
        let scope_id = format!("{CHANNEL}_{}", account.amojo_id);
        let (mut chats, mut sales) = (Vec::new(), Vec::new());
        for row in sale::Entity::of_tenant(tenant_id).all(store.read()).await? {
            let facts: Sale = serde_json::from_str(&row.facts)?;
            let Some(chat) = facts.chats.first().filter(|_| !known.contains(&facts.lead_id)) else { continue };
            let chat = conversation::Entity::find_by_id((tenant_id, chat.conversation_id)).one(store.read()).await?;
            let Some(chat) = chat else { continue };
            let customer: Person = serde_json::from_str(&chat.contact)?;
            sales.push(PastSale {
                lead_id: facts.lead_id,
                price: facts.price,
                won_at: facts.won_at / 1_000,
                customer: customer.name.unwrap_or_default(),
                conversation_id: chat.id.to_string(),
            });
            chats.push(chat.id);
        }
        let made = self.sandbox.remembers(HOST, CLIENT, &scope_id, &sales);
        for (chat, id) in chats.into_iter().zip(made) {
            conversation::Entity::update_of(tenant_id)
                .col_expr(conversation::Column::AmocrmChatId, Expr::value(id))
                .filter(conversation::Column::Id.eq(chat))
                .exec(store.write())
                .await?;
        }
        Ok(())
    }
}
