//! A messenger in a crate of its own, made by following `docs/new-connector.md`: both ways by the engine that all
//! messengers use, and no code of the server for it.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpServer, web};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Place, Setup, World, client};
use serde_json::{Value, json};
use simulator::crm::HookMessage;

/// The messenger's server: remembers what it was given, by path.
#[derive(Clone, Default)]
struct ToyServer(Arc<Mutex<Vec<(String, Value)>>>);

impl ToyServer {
    fn start(&self) -> String {
        let data = web::Data::new(self.clone());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(take)))
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .expect("a free port");
        let address = server.addrs()[0];
        drop(tokio::spawn(server.run()));
        format!("http://{address}")
    }

    fn got(&self, path: &str) -> Vec<Value> {
        self.0.lock().unwrap().iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
    }
}

async fn take(
    server: web::Data<ToyServer>,
    request: actix_web::HttpRequest,
    body: web::Json<Value>,
) -> web::Json<Value> {
    let mut calls = server.0.lock().unwrap();
    calls.push((request.path().to_owned(), body.into_inner()));
    web::Json(json!({ "id": format!("toy-{}", calls.len()) }))
}

#[tokio::test]
async fn a_messenger_from_another_crate_goes_both_ways() {
    let setup = Setup {
        connectors: || vec![Arc::new(toy::Toy::default())],
        change: |config| config.integrations[0].channels[0].connectors.push("toy".to_owned()),
        ..Setup::default()
    };
    let Some(mut world) = World::start(Engine::Sqlite, setup).await else { return };
    let messenger = ToyServer::default();
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let settings = json!({ "url": messenger.start(), "token": "secret-of-the-toy" });
    let source = json!({ "kind": "toy", "name": "Toy", "external_id": "toy", "settings": settings });
    let made = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201);
    assert!(!made.json.to_string().contains("secret-of-the-toy"), "{}", made.json);

    let hook = messenger.got("/webhook").remove(0);
    let written = json!({ "id": "1", "chat": "anna", "name": "Anna", "text": "Hello" });
    let call =
        |secret: &str| client().post(hook["webhook"].as_str().unwrap()).header("toy-secret", secret).json(&written);
    assert_eq!(call("wrong").send().await.unwrap().status(), 401);
    assert_eq!(call(hook["secret"].as_str().unwrap()).send().await.unwrap().status(), 200);
    assert_eq!(call(hook["secret"].as_str().unwrap()).send().await.unwrap().status(), 200);
    world.deliver_all().await;
    let at_crm = world.sandbox.messages(HOST);
    assert_eq!(at_crm.len(), 1, "a repeated call is the same message");

    let chat = world.sandbox.chats(HOST).remove(0).id;
    for message in [HookMessage::text("Good morning"), HookMessage::text(&"long ".repeat(150))] {
        let said = world.sandbox.manager_sends(HOST, &chat, message).await.expect("amoCRM sends the hook");
        assert_eq!(said.answer.status, Some(200));
        world.deliver_all().await;
    }
    let sent = messenger.got("/send");
    assert_eq!(sent[0], json!({ "token": "secret-of-the-toy", "chat": "anna", "text": "Good morning" }));
    assert_eq!(sent.len(), 3, "a text of 750 characters is two messages where 500 is the limit");
    world.close().await;
}
