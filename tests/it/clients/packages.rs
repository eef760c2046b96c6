//! The client packages of `sdk/`: what is generated follows from `docs/openapi.json`, and each walks through the API of a whole
//! server.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use parom_tests::settings::{HOST, PATIENCE};
use parom_tests::{Served, Setup, once, world_of};
use serde_json::json;
use tokio::process::Command;

use super::{Client, installed};

world_of!(
    /// Webhooks are verified by the machine's clock.
    LiveWorld: Setup { live: true, ..Setup::default() }
);

fn package(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk").join(name)
}

/// An overloaded server: each second request is taken. Remembers the keys of all.
#[derive(Clone, Default)]
struct Overloaded(Arc<Mutex<Vec<String>>>);

impl Overloaded {
    fn start(&self) -> Served {
        let data = web::Data::new(self.clone());
        Served::start(move |routes| {
            routes.app_data(data.clone()).default_service(web::to(Self::answers));
        })
    }

    async fn answers(server: web::Data<Self>, request: HttpRequest) -> HttpResponse {
        let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
        let mut keys = server.0.lock().unwrap();
        keys.push(key.to_owned());
        if keys.len() % 2 == 1 {
            return HttpResponse::ServiceUnavailable().insert_header(("Retry-After", "0")).body("a gateway's page");
        }
        HttpResponse::Ok().json(json!({"steps": []}))
    }
}

/// A developer makes a source, sends, is refused, reads states and lists, and takes a manager's message.
async fn walks(world: &LiveWorld, program: &Path, folder: &Path, script: &str) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let (tenant, overloaded) = (world.active(HOST).await.to_string(), Overloaded::default());
    let served = overloaded.start();
    let given = [("url", &*world.api.base()), ("key", world.api.key()), ("tenant", &tenant), ("flaky", &served.url)];
    let mut client = Client::start(program, folder, script, &given);

    let problem =
        json!({"type": "/problems/validation", "status": 422, "pointer": "/content/text", "has_request_id": true});
    assert_eq!(client.line().await, json!({"problem": problem}));
    world.carries_all().await;
    client.say("it has arrived").await;
    let texts = ["Is anyone there?", "Hello"];
    let seen = client.line().await;
    assert_eq!(seen, json!({"status": "delivered", "has_timeline": true, "page": 1, "texts": texts}));
    let chat = world.sandbox.chats(HOST).remove(0);
    let said = world.sandbox.manager_says(HOST, &chat.id, "Good morning").await.unwrap();
    assert_eq!(client.line().await, json!({"received": "Good morning"}));
    let read = |sandbox: &simulator::crm::Sandbox| {
        let message = sandbox.messages(HOST).into_iter().find(|one| one.id == said.message_id)?;
        message.statuses.iter().any(|status| status.code == 2).then_some(())
    };
    assert!(world.sandbox.wait_for(read, PATIENCE).await.is_some(), "amoCRM is not told that it was read");
    world.carries_all().await;
    client.say("it was read").await;
    assert_eq!(client.line().await, json!({"deleted": 0}));

    assert_eq!(client.line().await, json!({"steps": {"steps": []}}));
    client.ends_well().await;
    let keys = overloaded.0.lock().unwrap().clone();
    assert_eq!((keys.len(), &keys[0]), (3, &keys[1]), "a repeat has the key of the first attempt");
    assert!(keys[0].len() >= 32 && keys[2] != keys[0], "{keys:?}");
}

async fn the_package_for_typescript_works(world: &mut LiveWorld) {
    if installed("PAROM_TEST_NODE_CLIENTS").is_some() {
        walks(world, Path::new("node"), &package("typescript"), "dist/test/live.js").await;
    }
}

async fn the_package_for_python_works(world: &mut LiveWorld) {
    if let Some(python) = installed("PAROM_TEST_PYTHON") {
        walks(world, &python, &package("python"), "tests/live.py").await;
    }
}

async fn the_package_for_php_works(world: &mut LiveWorld) {
    if Command::new("php").arg("--version").output().await.is_ok() {
        walks(world, Path::new("php"), &package("php"), "tests/live.php").await;
    }
}

once!(the_package_for_typescript_works, the_package_for_python_works, the_package_for_php_works);

#[tokio::test]
async fn the_packages_are_what_the_description_says() {
    let checked = Command::new("python3").arg(package("generate")).arg("--check").output().await.unwrap();
    assert!(checked.status.success(), "run sdk/generate: {}", String::from_utf8_lossy(&checked.stdout));
}

/// Types that are wrong are found where they are used.
async fn types_hold(mut checks: Command, name: &str) {
    let checked = checks.current_dir(package(name)).output().await.unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[tokio::test]
async fn the_types_of_the_package_for_typescript_hold() {
    let Some(_) = installed("PAROM_TEST_NODE_CLIENTS") else { return };
    let mut tsc = Command::new("node");
    tsc.args(["node_modules/typescript/bin/tsc", "--noEmit"]);
    types_hold(tsc, "typescript").await;
}

#[tokio::test]
async fn the_types_of_the_package_for_python_hold() {
    let Some(python) = installed("PAROM_TEST_PYTHON") else { return };
    let mut mypy = Command::new(python);
    mypy.args(["-m", "mypy", "--cache-dir", "/dev/null", "parom", "tests"]);
    types_hold(mypy, "python").await;
}
