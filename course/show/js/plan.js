// The drawing as data, and every change to it as a pure function: a plan in, another plan out.
//
// {name, lan, machines: [{id, name, address, engine, x, y, width, height}],
//  networks:   [{id, name, machine, driver, subnet, gateway, range, internal, parent, x, y, width}],
//  containers: [{id, name, machine, image, shares, ports: ["8080:80"], command, environment: {}, x, y}],
//  plugs:      [{id, container, network, address, aliases: []}]}
//
// Ids never change, so that a thing may be renamed. x and y are pixels on the sheet; a network is a line from x to
// x + width at height y, a container a box with its middle at (x, y).

export const DRIVERS = ["bridge", "overlay", "macvlan", "ipvlan"];
export const IMAGES = ["toolbox", "web", "postgres"];
export const EMPTY = { name: "topology", lan: "", machines: [{ id: "m1", name: "host1", address: "", engine: true, x: 20, y: 20, width: 560, height: 300 }], networks: [], containers: [], plugs: [] };

export const KINDS = ["machines", "networks", "containers", "plugs"];

export const find = (plan, id) => {
  for (const kind of KINDS) {
    const thing = plan[kind].find((one) => one.id === id);
    if (thing) return { kind, thing };
  }
  return null;
};

export const plugsOf = (plan, id) => plan.plugs.filter((plug) => plug.container === id || plug.network === id);

const freeId = (plan, letter) => {
  const used = new Set(KINDS.flatMap((kind) => plan[kind].map((one) => one.id)));
  let number = 1;
  while (used.has(letter + number)) number += 1;
  return letter + number;
};

export const freeName = (plan, stem) => {
  const used = new Set([...plan.networks, ...plan.containers].map((one) => one.name));
  if (!used.has(stem)) return stem;
  const bare = stem.replace(/-?\d+$/, "");
  let number = 2;
  while (used.has(`${bare}${number}`)) number += 1;
  return `${bare}${number}`;
};

const firstEngine = (plan) => plan.machines.find((machine) => machine.engine)?.name ?? "host1";

export const addNetwork = (plan, given = {}) => {
  const id = freeId(plan, "n");
  const made = { name: freeName(plan, "net"), machine: firstEngine(plan), driver: "bridge", subnet: "", gateway: "", range: "", internal: false, parent: "", x: 40, y: 80, width: 320, ...given, id };
  return { plan: { ...plan, networks: [...plan.networks, made] }, id };
};

export const addMachine = (plan, engine, given = {}) => {
  const id = freeId(plan, "m");
  const names = new Set(plan.machines.map((machine) => machine.name));
  const stem = engine ? "host" : "laptop";
  let name = engine ? "host1" : "laptop";
  for (let number = 2; names.has(name); number += 1) name = `${stem}${number}`;
  const made = { name, address: "", engine, x: 40, y: 40, width: engine ? 320 : 100, height: engine ? 180 : 40, ...given, id };
  return { plan: { ...plan, machines: [...plan.machines, made] }, id };
};

export const addContainer = (plan, given = {}) => {
  const id = freeId(plan, "c");
  const name = freeName(plan, given.image === "postgres" ? "db" : given.image === "web" ? "web" : "box");
  const made = { name, machine: firstEngine(plan), image: "toolbox", shares: "", ports: [], command: "", environment: given.image === "postgres" ? { POSTGRES_PASSWORD: "secret" } : {}, x: 120, y: 180, ...given, id };
  return { plan: { ...plan, containers: [...plan.containers, made] }, id };
};

// Why this container cannot be plugged into this network: a sentence, or nothing.
export const cannotJoin = (plan, containerId, networkId) => {
  const container = plan.containers.find((one) => one.id === containerId);
  const network = plan.networks.find((one) => one.id === networkId);
  if (!container || !network) return "a cable goes from a container to a network";
  if (container.machine !== network.machine) return `${container.name} is on ${container.machine}, and ${network.name} on ${network.machine}`;
  if (container.shares === "host") return `${container.name} uses the network of its host`;
  if (container.shares === "none") return `${container.name} is to have no network`;
  if (container.shares) return `${container.name} shares the network of ${container.shares.slice(10)}`;
  if (plan.plugs.some((plug) => plug.container === containerId && plug.network === networkId)) return `${container.name} is on ${network.name} already`;
  return "";
};

export const join = (plan, container, network, given = {}) => {
  if (cannotJoin(plan, container, network)) return { plan, id: null };
  const id = freeId(plan, "p");
  return { plan: { ...plan, plugs: [...plan.plugs, { id, container, network, address: "", aliases: [], ...given }] }, id };
};

export const change = (plan, id, values) => {
  const found = find(plan, id);
  if (!found) return plan;
  const next = { ...plan, [found.kind]: plan[found.kind].map((one) => (one.id === id ? { ...one, ...values } : one)) };
  const [old, name] = [found.thing.name, values.name];
  if (name === undefined || name === old) return next;
  if (found.kind === "machines") return follow(next, "machine", old, name);
  if (found.kind === "containers") return follow(next, "shares", `container:${old}`, `container:${name}`);
  return next;
};

// Whoever spoke of a thing by its old name speaks of it by its new one.
const follow = (plan, field, old, name) => {
  const told = (one) => (one[field] === old ? { ...one, [field]: name } : one);
  return { ...plan, networks: plan.networks.map(told), containers: plan.containers.map(told) };
};

// A lab host goes with all that is on it, a network or a container with its cables.
export const remove = (plan, ids) => {
  const gone = new Set(ids);
  const hosts = new Set(plan.machines.filter((machine) => gone.has(machine.id)).map((machine) => machine.name));
  for (const one of [...plan.networks, ...plan.containers]) if (hosts.has(one.machine)) gone.add(one.id);
  const stays = (one) => !gone.has(one.id);
  return {
    ...plan,
    machines: plan.machines.filter(stays),
    networks: plan.networks.filter(stays),
    containers: plan.containers.filter(stays),
    plugs: plan.plugs.filter((plug) => stays(plug) && !gone.has(plug.container) && !gone.has(plug.network)),
  };
};

export const move = (plan, ids, dx, dy, snap = 1) => {
  const round = (value) => Math.round(value / snap) * snap;
  const hosts = new Set(plan.machines.filter((machine) => ids.has(machine.id)).map((machine) => machine.name));
  const moved = (one) => (ids.has(one.id) || hosts.has(one.machine) ? { ...one, x: round(one.x + dx), y: round(one.y + dy) } : one);
  return { ...plan, machines: plan.machines.map(moved), networks: plan.networks.map(moved), containers: plan.containers.map(moved) };
};

// The chosen things once more, beside themselves: new ids and names, no fixed addresses and host ports (those are taken).
export const copy = (plan, ids, dx = 40, dy = 40) => {
  const twins = new Map();
  let next = plan;
  const twin = (add, one, without) => {
    const made = add(next, { ...one, ...without, name: freeName(next, one.name), x: one.x + dx, y: one.y + dy });
    next = made.plan;
    twins.set(one.id, made.id);
  };
  for (const one of plan.networks) if (ids.has(one.id)) twin(addNetwork, one, { subnet: "", gateway: "", range: "" });
  for (const one of plan.containers) if (ids.has(one.id)) twin(addContainer, one, { ports: [] });
  for (const plug of plan.plugs) {
    if (!ids.has(plug.container)) continue;
    const network = twins.get(plug.network) ?? plug.network;
    next = join(next, twins.get(plug.container), network, { aliases: plug.aliases }).plan;
  }
  return { plan: next, ids: new Set(twins.values()) };
};
