//! One customer over all messengers: the chats of one contact in amoCRM, and nobody else's.

use base::store::statements_of;
use entity::conversation;
use parom::delivery::read::figures::hours_begin;
use parom::delivery::read::list::{self, Ground};
use parom::delivery::read::{chats, customer};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Line, World, both};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{ids, olga};

async fn chat_of(world: &World, line: &Line, name: &str) -> conversation::Model {
    let chats = conversation::Entity::of_tenant(line.tenant_id)
        .filter(conversation::Column::SourceId.eq(line.source_id))
        .filter(conversation::Column::ExternalId.eq(format!("chat-{name}")));
    chats.one(world.app().store.read()).await.unwrap().expect("the chat")
}

/// What a link to a contact in amoCRM leaves.
async fn is_linked(world: &World, line: &Line, name: &str, contact_id: i64) -> Uuid {
    let chat = chat_of(world, line, name).await;
    conversation::Entity::update_of(line.tenant_id)
        .col_expr(conversation::Column::ContactId, Expr::value(contact_id))
        .col_expr(conversation::Column::ContactName, Expr::value("Anna Petrova"))
        .filter(conversation::Column::Id.eq(chat.id))
        .exec(world.app().store.write())
        .await
        .unwrap();
    chat.id
}

/// Anna in two sources, one of which could not deliver her an answer and another one waits; a namesake, and another account.
async fn two_lines(world: &mut World) -> (Line, [Uuid; 2], Uuid) {
    let (one, two) = (world.line("support").await, world.line("sales").await);
    let elsewhere = world.line_at("beta.amocrm.ru", "support").await;
    world.customer(&one, "anna").writes("Hello").await;
    world.customer(&two, "anna").writes("How much is it?").await;
    world.customer(&two, "boris").writes("Hello").await;
    world.customer(&elsewhere, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&one).answers("anna", "Good morning").await;
    world.deliver_all().await;
    world.manager(&two).answers("anna", "Ten").await;
    world.leave_letters();
    let anna = [is_linked(world, &one, "anna", 77).await, is_linked(world, &two, "anna", 77).await];
    let boris = is_linked(world, &two, "boris", 78).await;
    is_linked(world, &elsewhere, "anna", 77).await;
    (one, anna, boris)
}

async fn a_customer_has_all_chats_of_one_contact(world: &mut World) {
    let (line, anna, boris) = two_lines(world).await;
    let visitor = olga(world, line.tenant_id).await;
    for id in anna {
        let page = visitor.opens(&format!("/panel/customers/{id}")).await.is(200);
        page.says(&["<h1>Anna Petrova</h1>", "Line support", "Line sales", "Waiting: 1", "Undelivered: 1"]);
        page.says(&[&format!("https://{HOST}/contacts/detail/77")]);
        page.never_says(&["boris", "other chats of this person"]);
        assert_eq!(page.text.matches("\"/panel/conversations/").count(), 2, "{}", page.text);
        assert_eq!(ids(&page).len(), 2 + 4, "the last message of each, and all four");
    }
    let page = visitor.opens(&format!("/panel/customers/{boris}")).await.is(200);
    page.never_says(&["Line support", "Waiting:", "Undelivered:"]);
    let found = visitor.renews("/panel/suggest?q=anna").await.is(200);
    assert_eq!(found.text.matches("/panel/customers/").count(), 1, "{}", found.text);
    found.says(&["customer"]);
    // From everywhere that names her.
    for list in ["/panel/messages", "/panel/conversations", &format!("/panel/conversations/{}", anna[0])] {
        let page = visitor.opens(list).await.is(200);
        assert!(page.text.contains(&format!("\"/panel/customers/{}\"", anna[0])), "{list}");
    }
    let message = ids(&visitor.opens("/panel/messages?q=boris").await)[0].clone();
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    assert!(page.text.contains(&format!("\"/panel/customers/{boris}\"")), "{}", page.text);
}

async fn what_a_customers_page_reads_is_bounded(world: &mut World) {
    let (line, anna, _) = two_lines(world).await;
    let db = world.app().store.read().clone();
    let ground = Ground::of_tenant(&db, line.tenant_id).await.unwrap();
    let one = chats::one(&db, line.tenant_id, anna[0]).await.unwrap().unwrap();
    let since = hours_begin(world.clock.millis());
    let asked = statements_of(async {
        assert_eq!(customer::chats(&db, &one, 1).await.unwrap().len(), 1);
        let open = customer::open(&db, line.tenant_id, &anna, since).await.unwrap();
        assert_eq!((open[&anna[0]].undelivered, open[&anna[1]].waiting), (1, 1));
        let last = list::last_of_chats(&db, line.tenant_id, &ground, &anna).await.unwrap();
        assert_eq!(last.len(), 2);
        assert!(list::last_of_chats(&db, line.tenant_id, &ground, &[]).await.unwrap().is_empty());
    });
    assert_eq!(asked.await.statements.len(), 7, "however many chats and messages there are");
}

async fn a_customer_is_erased_with_all_their_chats(world: &mut World) {
    let (line, anna, boris) = two_lines(world).await;
    let visitor = olga(world, line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/customers/{}", anna[0])).await.is(200);
    let erase =
        page.between("<a class=\"button danger\" href=\"/panel/data/customer?who=", "\"").expect("a way").to_owned();
    let asked = visitor.opens(&format!("/panel/data/customer?who={erase}")).await.is(200);
    asked.says(&["Line support", "Line sales", "anna", "2 chats", "Erase 4 messages"]);
    asked.never_says(&["boris"]);
    visitor.sends("/panel/data/customer", &[("who", &asked.field("who"))]).await.is(303);
    let found = visitor.opens("/panel/messages").await.is(200);
    found.never_says(&["anna"]);
    found.says(&["boris"]);
    visitor.opens(&format!("/panel/customers/{boris}")).await.is(200).says(&["boris"]);
}

both!(
    a_customer_has_all_chats_of_one_contact,
    what_a_customers_page_reads_is_bounded,
    a_customer_is_erased_with_all_their_chats,
);
