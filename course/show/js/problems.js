// What is wrong with a plan, said while it is being drawn. The kernel judges again before anything is made.

import { inside, overlap, subnet, toNumber } from "./addresses.js";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const PORT = /^(?:(\d+\.\d+\.\d+\.\d+):)?(?:(\d+):)?(\d+)(?:\/(tcp|udp|sctp))?$/;

// [{id, field, text}] : whose, which field of its form, and one sentence with what would do.
export const problems = (plan) => [
  ...plan.networks.flatMap((network) => ofNetwork(plan, network)),
  ...plan.containers.flatMap((container) => ofContainer(plan, container)),
  ...plan.plugs.flatMap((plug) => ofPlug(plan, plug)),
  ...portsTwice(plan),
];

const ofName = (one, kind, others) => {
  if (!NAME.test(one.name)) return [{ id: one.id, field: "name", text: `A name has two or more letters, digits, _ . or -, and begins with a letter or digit: "${one.name}" has not.` }];
  const twin = others.find((other) => other.id !== one.id && other.name === one.name && other.machine === one.machine);
  return twin ? [{ id: one.id, field: "name", text: `Another ${kind} is called ${one.name} already.` }] : [];
};

const ofNetwork = (plan, network) => {
  const found = ofName(network, "network", plan.networks);
  const tell = (field, text) => found.push({ id: network.id, field, text });
  const net = subnet(network.subnet);
  if (network.subnet && !net) tell("subnet", `${network.subnet} is not a subnet: write it like 10.20.0.0/24.`);
  else if (net && !net.exact) tell("subnet", `${network.subnet} is an address in a subnet: write ${net.text}.`);
  else if (net) {
    const other = plan.networks.find((one) => one.id !== network.id && one.machine === network.machine && one.driver !== "overlay" && network.driver !== "overlay" && subnet(one.subnet) && overlap(net, subnet(one.subnet)));
    if (other) tell("subnet", `It overlaps with ${other.name} (${other.subnet}): an address belongs to one network.`);
  }
  if (network.gateway && !net) tell("gateway", "A gateway needs a subnet that it lies in.");
  else if (network.gateway && !inside(network.gateway, net)) tell("gateway", `${network.gateway} is not an address in ${net.text}.`);
  const range = subnet(network.range);
  if (network.range && !(net && range && range.first >= net.first && range.first + range.size <= net.first + net.size)) tell("range", `The range must be a part of the subnet, written like 10.20.0.128/25.`);
  if (["macvlan", "ipvlan"].includes(network.driver) && network.parent && !/^[\w.-]+$/.test(network.parent)) tell("parent", `${network.parent} is not the name of an interface: it is like eth0 or eth0.10.`);
  return found;
};

const ofContainer = (plan, container) => {
  const found = ofName(container, "container", plan.containers);
  const tell = (field, text) => found.push({ id: container.id, field, text });
  if (!container.image.trim()) tell("image", "A container is made from an image: toolbox, web or postgres are there.");
  for (const port of container.ports) {
    const read = PORT.exec(port);
    const numbers = read ? [read[2] ?? "1", read[3]].map(Number) : [0];
    if (!read || numbers.some((number) => number < 1 || number > 65535)) tell("ports", `${port} is no published port: write HOST:CONTAINER, like 8080:80.`);
  }
  if (container.ports.length && container.shares) tell("ports", "Ports are published by a container with a network of its own.");
  const owner = /^container:(.*)$/.exec(container.shares)?.[1];
  if (owner !== undefined && !plan.containers.some((one) => one.name === owner && one.machine === container.machine && one.id !== container.id)) tell("shares", `There is no other container ${owner} whose network it could share.`);
  return found;
};

const ofPlug = (plan, plug) => {
  const network = plan.networks.find((one) => one.id === plug.network);
  const container = plan.containers.find((one) => one.id === plug.container);
  const found = [];
  const tell = (field, text) => found.push({ id: plug.id, field, text });
  for (const alias of plug.aliases) if (!NAME.test(alias) && !/^[a-zA-Z0-9]$/.test(alias)) tell("aliases", `${alias} cannot be a name.`);
  if (!plug.address) return found;
  const net = subnet(network?.subnet);
  if (toNumber(plug.address) === null) tell("address", `${plug.address} is not an address: write it like 10.20.0.10.`);
  else if (!net) tell("address", `Give ${network?.name} a subnet first: a fixed address needs one.`);
  else if (!inside(plug.address, net)) tell("address", `${plug.address} is not in ${net.text}.`);
  else if (toNumber(plug.address) === net.first || toNumber(plug.address) === net.first + net.size - 1) tell("address", `${plug.address} is the ${toNumber(plug.address) === net.first ? "subnet's own" : "broadcast"} address.`);
  else if (plug.address === (network.gateway || gatewayOf(net))) tell("address", `${plug.address} is the gateway's.`);
  else {
    const other = plan.plugs.find((one) => one.id !== plug.id && one.network === plug.network && one.address === plug.address);
    if (other) tell("address", `${plan.containers.find((one) => one.id === other.container)?.name} has ${plug.address} already, not ${container?.name} too.`);
  }
  return found;
};

const gatewayOf = (net) => [24, 16, 8, 0].map((shift) => Math.floor((net.first + 1) / 2 ** shift) % 256).join(".");

const portsTwice = (plan) => {
  const taken = new Map();
  const found = [];
  for (const container of plan.containers)
    for (const port of container.ports) {
      const read = PORT.exec(port);
      if (!read?.[2]) continue;
      const key = `${container.machine} ${read[2]}/${read[4] ?? "tcp"}`;
      const clash = (taken.get(key) ?? []).find(([address]) => !address || !read[1] || address === read[1] || address === "0.0.0.0" || read[1] === "0.0.0.0");
      if (clash) found.push({ id: container.id, field: "ports", text: `Port ${read[2]} of ${container.machine} belongs to ${clash[1]} already.` });
      taken.set(key, [...(taken.get(key) ?? []), [read[1], container.name]]);
    }
  return found;
};
