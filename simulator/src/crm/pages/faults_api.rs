//! Fault injection by HTTP: `GET /faults`, `POST /faults`, `DELETE /faults`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::own_form;
use crate::crm::{
    breakage::{self, Breakage},
    core::Core,
};

/// The fault, in the command line's syntax.
#[derive(Deserialize)]
pub(super) struct Wanted {
    fault: String,
}

fn shown(core: &Core) -> HttpResponse {
    HttpResponse::Ok().json(json!({"faults": breakage::now(core)}))
}

/// `GET /faults`: the current faults.
pub(super) async fn list(core: web::Data<Arc<Core>>) -> HttpResponse {
    shown(&core)
}

/// `POST /faults` with `{"fault": "unpaid@acme.amocrm.ru"}`; answers with the resulting faults.
pub(super) async fn break_it(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    wanted: web::Json<Wanted>,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match wanted.fault.parse::<Breakage>().and_then(|breakage| breakage.apply(&core)) {
        Ok(()) => shown(&core),
        Err(error) => HttpResponse::BadRequest().json(json!({"error": error.to_string()})),
    }
}

/// `DELETE /faults`: removes all faults.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    breakage::mend(&core);
    shown(&core)
}
