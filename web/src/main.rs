//! Mounts the page.

fn main() {
    #[cfg(feature = "lab")]
    yew::Renderer::<pagewalk_web::root::Root>::new().render();
    #[cfg(not(feature = "lab"))]
    yew::Renderer::<pagewalk_web::App>::new().render();
}
