//! Programs of other people's libraries against the simulated VK, MAX, Avito and Graph (`simulator`): the libraries
//! understand every answer, and what they send arrives.

use serde_json::{Value, json};
use simulator::avito::{Avito, NewBuyer, NewItem, NewSeller};
use simulator::max::{Max, NewBot};
use simulator::meta::{Meta, NewAccount, NewApp};
use simulator::vk::{NewCommunity, Vk};

use super::{Client, folder, installed};

/// The path of a sample file.
fn sample(name: &str) -> String {
    folder("").join("../../simulator/assets/samples").join(name).to_str().unwrap().to_owned()
}

/// A program of `tests/clients/python`; none if they are not installed.
fn client(script: &str, given: &[(&str, &str)]) -> Option<Client> {
    let python = installed("PAROM_TEST_PYTHON")?;
    Some(Client::start(&python, &folder("python"), script, given))
}

#[tokio::test]
async fn vk_api_writes_to_a_person_of_the_simulated_vk() {
    base::http_client::install_crypto_provider();
    let vk = Vk::start(simulator::vk::Options::default()).await.unwrap();
    let community = vk.add_community(NewCommunity::default());
    let maria = vk.add_person(simulator::vk::NewPerson::default());
    vk.customer(maria, community.id).writes("Здравствуйте").unwrap();
    let (id, peer, picture, offer) =
        (community.id.to_string(), maria.to_string(), sample("picture.jpg"), sample("offer.pdf"));
    let given = [
        ("base", vk.base_url()),
        ("token", &community.token),
        ("community", &id),
        ("peer", &peer),
        ("picture", &picture),
        ("offer", &offer),
    ];
    let Some(mut client) = client("vk_community.py", &given) else { return };
    let saw = client.line().await;
    client.ends_well().await;
    assert_eq!(saw["group"], json!(community.name));
    assert_eq!(saw["first"], saw["again"], "a used random_id is the same message");
    assert_eq!((&saw["history"], &saw["title"], &saw["refused"]), (&json!(5), &json!("offer.pdf"), &json!(936)));
    let sent = vk.sent_to(community.id, maria);
    let texts: Vec<&str> = sent.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["Привет!", "Везём?", "", ""]);
    assert_eq!(sent[1].buttons[0][0].text, "Да");
}

#[tokio::test]
async fn maxapi_runs_a_bot_of_the_simulated_max() {
    base::http_client::install_crypto_provider();
    let max = Max::start(simulator::max::Options::default()).await.unwrap();
    let bot = max.add_bot(NewBot::default());
    let maria = max.add_person(simulator::max::NewPerson::default());
    let customer = max.customer(maria, bot.id);
    customer.starts("").unwrap();
    let (chat, picture) = (max.dialog(bot.id, maria).to_string(), sample("picture.jpg"));
    // No server listens there: what the updates look like is read from the simulator.
    let hook = "http://127.0.0.1:9/max";
    let given = [
        ("base", max.base_url()),
        ("token", bot.token.as_str()),
        ("chat", &chat),
        ("picture", &picture),
        ("hook", hook),
    ];
    let Some(mut client) = client("max_bot.py", &given) else { return };
    assert_eq!(client.line().await["hooks"], json!([hook]));
    customer.starts("lead_7").unwrap();
    let mid = customer.writes("Здравствуйте").unwrap();
    customer.edits(&mid, "Добрый день").unwrap();
    customer.removes(&mid).unwrap();
    let updates: Vec<Value> = max.hooks(bot.id).into_iter().map(|one| one.body).collect();
    let kinds: Vec<Value> = updates.iter().map(|body| body["update_type"].clone()).collect();
    assert_eq!(kinds.len(), 4, "{updates:?}");
    client.say(&json!(updates).to_string()).await;
    let saw = client.line().await;
    client.ends_well().await;
    assert_eq!((&saw["me"], &saw["picture"], &saw["refused"]), (&json!(bot.id), &json!(["image"]), &json!(404)));
    assert_eq!(saw["updates"], json!(kinds), "the library knows the form of every update");
    let sent = max.sent(bot.id);
    let texts: Vec<&str> = sent.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["Привет!", "Везём?", "Вот"]);
    assert_eq!(sent[1].buttons[0][0].text, "Да");
    assert!(max.subscriptions(bot.id).is_empty());
}

#[tokio::test]
async fn avito_api_answers_a_buyer_of_the_simulated_avito() {
    base::http_client::install_crypto_provider();
    let avito = Avito::start(simulator::avito::Options::default()).await.unwrap();
    let seller = avito.add_seller(NewSeller::default());
    let buyer = avito.add_buyer(NewBuyer::default());
    let item = avito.add_item(NewItem::of(seller));
    avito.customer(buyer, item).writes("Ещё продаёте?").unwrap();
    let chat = avito.customer(buyer, item).chat().unwrap();
    let NewSeller { client_id, client_secret, .. } = NewSeller::default();
    let (id, picture) = (seller.to_string(), sample("picture.jpg"));
    let given = [
        ("base", avito.base_url()),
        ("client-id", client_id.as_str()),
        ("client-secret", client_secret.as_str()),
        ("seller", &id),
        ("chat", &chat),
        ("picture", &picture),
    ];
    let Some(mut client) = client("avito_seller.py", &given) else { return };
    let saw = client.line().await;
    client.ends_well().await;
    assert_eq!((&saw["chats"], &saw["asked"]), (&json!([chat]), &json!(["Ещё продаёте?"])));
    assert_eq!((&saw["title"], &saw["read"]), (&json!("Диван синий"), &json!(true)));
    assert_eq!(saw["sent"], json!([["author_id"], []]), "Avito's sample of the answer to a text names no author");
    assert_eq!(saw["hooks"], json!(["https://seller.example/avito"]));
    let sent = avito.sent(seller);
    assert_eq!((sent[0].text.as_str(), sent[1].files.len()), ("Да, продаём", 1));
    assert!(avito.subscriptions(seller).is_empty());
}

#[tokio::test]
async fn a_graph_client_writes_in_a_pages_name() {
    base::http_client::install_crypto_provider();
    let meta = Meta::start(simulator::meta::Options::default()).await.unwrap();
    let app = meta.add_app(NewApp::default());
    let page = meta.add_account(&app, NewAccount::facebook());
    let anna = meta.add_person(simulator::meta::NewPerson::default());
    meta.customer(anna, &page.id).writes("Hello").unwrap();
    let (token, person) = (meta.add_token(&app, &page.id, None), meta.scoped(&page.id, anna));
    let given = [("base", meta.base_url()), ("token", &token), ("page", &page.id), ("person", &person)];
    let Some(mut client) = client("graph_page.py", &given) else { return };
    let saw = client.line().await;
    client.ends_well().await;
    assert_eq!((&saw["me"], &saw["to"], &saw["subscribed"]), (&json!(page.id), &json!(person), &json!(true)));
    assert_eq!((&saw["fields"], &saw["talks"]), (&json!(["messages", "messaging_postbacks"]), &json!(1)));
    assert_eq!(saw["refused"], 100, "no such person");
    let sent = meta.sent_to(&page.id, anna);
    assert_eq!((sent[0].text.as_str(), json!(sent[0].id)), ("Good day", saw["sent"].clone()));
}
