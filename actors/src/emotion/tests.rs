mod feeding;
mod properties;
mod reference;
mod running;
